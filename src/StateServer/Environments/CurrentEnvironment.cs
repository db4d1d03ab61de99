using StateServer.Domain.Identity;

namespace StateServer.Environments;

/// <summary>Which environment a command is about: <c>-e</c>, then the variable, then what <c>switch</c> remembers, then <c>default:</c>.</summary>
/// <param name="Name">Its name; null where nothing says.</param>
/// <param name="Source">What named it, for messages.</param>
internal sealed record CurrentEnvironment(string? Name, string Source)
{
    /// <summary>The variable that names an environment.</summary>
    public const string Variable = "STATESERVER_ENVIRONMENT";

    private const string ByDefault = "default";

    /// <summary>Whether a person chose it, by flag, variable or <c>switch</c>; not where the file's default, or the only one, is taken.</summary>
    public bool IsChosen => Source != ByDefault;

    /// <summary>The name that is given, wherever it is. It need not be one that there is.</summary>
    /// <param name="given"><c>-e</c>, or null.</param>
    /// <param name="variable">The process's variables; an empty one counts as not given.</param>
    /// <param name="folder">The configuration folder.</param>
    /// <param name="file">The environments.</param>
    /// <exception cref="IOException">What <c>switch</c> remembered can't be read.</exception>
    public static CurrentEnvironment Of(
        string? given, Func<string, string?> variable, ConfigurationFolder folder, EnvironmentsFile file)
    {
        if (given is not null)
        {
            return new CurrentEnvironment(given, "-e");
        }

        if (variable(Variable) is { Length: > 0 } value)
        {
            return new CurrentEnvironment(value, Variable);
        }

        return Remembered(folder) is { } remembered
            ? new CurrentEnvironment(remembered, $"'stateserver switch' ({folder.CurrentEnvironmentFile})")
            : new CurrentEnvironment(file.Default, ByDefault);
    }

    /// <summary>What <c>switch</c> remembers; null where it never ran.</summary>
    /// <exception cref="IOException">It can't be read.</exception>
    public static string? Remembered(ConfigurationFolder folder)
    {
        string path = folder.CurrentEnvironmentFile;
        if (!File.Exists(path))
        {
            return null;
        }

        using var reader = new StreamReader(path);
        char[] name = new char[EnvironmentName.MostCharacters + 2];
        int read = reader.ReadBlock(name);
        string text = new string(name, 0, read).Trim();
        return text.Length > 0 ? text : null;
    }

    /// <summary>The environment of this name.</summary>
    /// <returns>Null, or in one line what was wrong and what would be right.</returns>
    public string? TryFind(EnvironmentsFile file, out EnvironmentSpec? environment)
    {
        environment = null;
        if (Name is null)
        {
            return $"no environment is chosen; give -e ENV, {Variable}, 'stateserver switch ENV' or 'default:' in {file.Source}: there are {file.Names}";
        }

        return file.Environments.TryGetValue(Name, out environment)
            ? null
            : $"{Source}: there is no environment {Quoted.Text(Name)} in {file.Source}; there are {file.Names}";
    }
}
