using System.CommandLine;

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
}
