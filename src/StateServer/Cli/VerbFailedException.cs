namespace StateServer.Cli;

/// <summary>A verb ends with an exit code and lines for standard error, each saying what was wrong and what would be right.</summary>
/// <param name="exitCode">One of <see cref="Cli.ExitCode"/>.</param>
/// <param name="lines">One line for each thing that was wrong.</param>
internal sealed class VerbFailedException(int exitCode, params IReadOnlyList<string> lines)
    : Exception(string.Join(Environment.NewLine, lines))
{
    /// <summary>The process's exit code.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The lines.</summary>
    public IReadOnlyList<string> Lines { get; } = lines;
}
