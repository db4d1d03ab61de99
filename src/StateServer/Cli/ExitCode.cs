namespace StateServer.Cli;

/// <summary>What the executable's exit codes mean.</summary>
internal static class ExitCode
{
    /// <summary>Done.</summary>
    public const int Done = 0;

    /// <summary>Rightly asked for, and failed.</summary>
    public const int Failed = 1;

    /// <summary>Wrong use: an unknown verb or flag, or a value that can't be right. Nothing was changed.</summary>
    public const int WrongUse = 2;

    /// <summary>A member was removed from its cluster: whoever supervises the process must not start it again.</summary>
    public const int Removed = 3;

    /// <summary>Interrupted by Ctrl-C before it was done: 128 and the signal's number, as shells have it. See <see cref="Interruption.Failure"/> for other signals.</summary>
    public const int Interrupted = 130;
}
