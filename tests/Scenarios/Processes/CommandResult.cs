namespace StateServer.Scenarios.Processes;

/// <summary>What a finished command left behind.</summary>
/// <param name="Line">The command line, for messages.</param>
/// <param name="ExitCode">Its exit code; 128 + signal where a signal ended it.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Error">Its standard error.</param>
internal sealed record CommandResult(string Line, int ExitCode, string Output, string Error)
{
    /// <summary>Fails the test unless the command ended with 0.</summary>
    public CommandResult Succeeded()
    {
        Assert.True(ExitCode == 0, ToString());
        return this;
    }

    public override string ToString() => $"{Line}\nexit code {ExitCode}\n--- output\n{Output}\n--- error\n{Error}";
}
