using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace StateServer.Chaos.Cli;

/// <summary>What values of options must be; anything else is one line and exit code 2. What is no number at all the parser says itself.</summary>
internal static class Rules
{
    public static Option<double> Above(this Option<double> option, double bound, double most)
    {
        option.Validators.Add(result => Check(result, value => value > bound && value <= most, $"{option.Name} is above {bound} and at most {most}"));
        return option;
    }

    public static Option<int> Between(this Option<int> option, int least, int most)
    {
        option.Validators.Add(result => Check(result, value => value >= least && value <= most, $"{option.Name} is {least} to {most}"));
        return option;
    }

    public static Option<int> Members(this Option<int> option)
    {
        option.Validators.Add(result => Check(result, value => value is 3 or 5 or 7, $"{option.Name} is 3, 5 or 7"));
        return option;
    }

    private static void Check(OptionResult result, Func<double, bool> isRight, string rule)
    {
        if (result.Tokens is [var token, ..]
            && double.TryParse(token.Value, CultureInfo.InvariantCulture, out double value)
            && !isRight(value))
        {
            result.AddError(rule);
        }
    }
}
