using System.CommandLine;
using System.Globalization;

namespace StateServer.Cli;

/// <summary>Flags and arguments that several verbs about the model have.</summary>
internal static class ModelOptions
{
    /// <summary>The service.</summary>
    public static Argument<string> Service() => new("service") { Description = "The service's name, such as web." };

    /// <summary><c>-n</c>.</summary>
    public static Option<string?> Count(string what) => new("-n")
    {
        Description = $"How many {what}. Default: 1.",
        HelpName = "COUNT",
    };

    /// <summary><c>--to</c>.</summary>
    public static Option<string?> To() => new("--to")
    {
        Description = "Where: zone=ZONE, or a machine's number. It never falls back to another place.",
        HelpName = "PLACE",
    };

    /// <summary><c>--series</c>.</summary>
    public static Option<string?> Series() => new("--series")
    {
        Description = "The operating system's series of the machines. Default: the environment's.",
        HelpName = "SERIES",
    };

    /// <summary><c>--constraints</c>.</summary>
    public static Option<string[]> Constraints() => new("--constraints")
    {
        Description = "What the machines must offer, such as 'mem=2G cpu-cores=2'; the environment's are merged with it.",
        HelpName = "WORDS",
    };

    /// <summary><c>--dry-run</c>.</summary>
    public static Option<bool> DryRun() => new("--dry-run") { Description = "Print the plan with its reasons, and change nothing." };

    /// <summary>The number given with <c>-n</c>, or 1.</summary>
    /// <exception cref="VerbFailedException">It is none.</exception>
    public static int Read(Option<string?> count, ParseResult parsed) => LocalOptions.Number(count, parsed) ?? 1;

    /// <summary>The constraints as one text.</summary>
    public static string Read(Option<string[]> constraints, ParseResult parsed) =>
        string.Join(' ', parsed.GetValue(constraints) ?? []);

    /// <summary>A port.</summary>
    /// <exception cref="VerbFailedException">It is none.</exception>
    public static int Port(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int port)
        ? port
        : throw new VerbFailedException(ExitCode.WrongUse, $"--port: '{text}' is no port; give 1 to 65535");
}
