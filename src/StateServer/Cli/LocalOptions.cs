using System.CommandLine;
using System.Globalization;
using StateServer.Local;

namespace StateServer.Cli;

/// <summary>Flags that the verbs of the local cluster share.</summary>
internal static class LocalOptions
{
    /// <summary><c>--root</c>.</summary>
    public static Option<string?> Root() => new("--root")
    {
        Description = "The local cluster's folder. Default: $XDG_STATE_HOME/stateserver/local, or ~/.local/state/stateserver/local.",
        HelpName = "DIR",
    };

    /// <summary><c>-n</c>.</summary>
    public static Option<string?> Count() => new("-n")
    {
        Description = $"Members: 1, 3, 5 or 7. Default: {LocalPreparation.DefaultCount}, or as before.",
        HelpName = "COUNT",
    };

    /// <summary><c>--port</c>.</summary>
    public static Option<string?> Port() => new("--port")
    {
        Description = $"The first member's client port; member k has port+10k for clients, +1 for peers, +2 for HTTP. Default: {LocalPreparation.DefaultPort}, or as before.",
        HelpName = "PORT",
    };

    /// <summary>The number that was given, or null.</summary>
    /// <exception cref="VerbFailedException">It is none.</exception>
    public static int? Number(Option<string?> option, ParseResult parsed) => parsed.GetValue(option) is not { } text
        ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw new VerbFailedException(ExitCode.WrongUse, $"{option.Name}: '{text}' is no whole number");
}
