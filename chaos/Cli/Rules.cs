using System.CommandLine;

namespace StateServer.Chaos.Cli;

/// <summary>What values of options must be; anything else is one line and exit code 2.</summary>
internal static class Rules
{
    public static Option<double> Above(this Option<double> option, double bound, double most)
    {
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<double>() is var value && !(value > bound && value <= most))
            {
                result.AddError($"{option.Name} is above {bound} and at most {most}");
            }
        });
        return option;
    }

    public static Option<int> Between(this Option<int> option, int least, int most)
    {
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is var value && (value < least || value > most))
            {
                result.AddError($"{option.Name} is {least} to {most}");
            }
        });
        return option;
    }

    public static Option<int> Members(this Option<int> option)
    {
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int>() is not (3 or 5 or 7))
            {
                result.AddError($"{option.Name} is 3, 5 or 7");
            }
        });
        return option;
    }
}
