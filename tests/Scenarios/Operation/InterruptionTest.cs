using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios.Operation;

/// <summary>Ctrl-C at a verb that waits for a member: it ends at once, with the shells' exit code and without a stack.</summary>
public sealed class InterruptionTest
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("status", 130)]
    [InlineData("status --watch", 0)]
    [InlineData("explain web/0", 130)]
    [InlineData("events", 130)]
    [InlineData("events --follow", 0)]
    [InlineData("deploy web", 130)]
    [InlineData("snapshot save /nowhere/at/all", 130)]
    public async Task An_interrupted_verb_ends_quietly(string line, int exitCode)
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        ProcessStartInfo start = Command.StartInfo(
            StateServerExecutable.Path,
            [.. line.Split(' '), "--endpoints", silent.LocalEndpoint.ToString()!],
            StateServerExecutable.WithRuntime(null));
        using var process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        Task<string> output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);

        try
        {
            // It has got so far that it waits for an answer.
            using Socket asked = await silent.AcceptSocketAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Limit);
            LiveProcess.Send(process.Id, Signal.Interrupt);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Limit);
        }
        finally
        {
            process.Kill();
        }

        Assert.True(exitCode == process.ExitCode, $"exit code {process.ExitCode}: {await error}");
        Assert.Equal("", await output);
        Assert.DoesNotContain("   at ", await error, StringComparison.Ordinal);
        Assert.InRange((await error).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 0, 1);
    }
}
