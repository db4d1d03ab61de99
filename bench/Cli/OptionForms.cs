using System.CommandLine;

namespace StateServer.Bench.Cli;

/// <summary>Forms that options of several verbs have.</summary>
internal static class OptionForms
{
    /// <summary>Words separated by commas; none by default.</summary>
    public static Option<string[]> List(string name, string description) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = false,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))],
    };

    /// <summary>A whole number within bounds.</summary>
    public static Option<int> Number(string name, int standard, int least, int most, string description)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => standard };
        option.Validators.Add(result =>
        {
            if (int.TryParse(result.Tokens.Count == 1 ? result.Tokens[0].Value : "", out int value) && (value < least || value > most))
            {
                result.AddError($"{name} {value}: should be between {least} and {most}.");
            }
        });
        return option;
    }

    /// <summary>Refuses each name that isn't known.</summary>
    public static void RefuseUnknown(string[]? names, Func<string, bool> known, Action<string> refuse)
    {
        foreach (string name in (names ?? []).Where(name => !known(name)))
        {
            refuse(name);
        }
    }
}
