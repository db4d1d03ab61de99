using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Faults;

/// <summary>strace attached to all threads of a process that runs: it tampers with some system calls until it is disposed of.</summary>
internal sealed class SystemCallInjection : IAsyncDisposable
{
    private const string Strace = "/usr/bin/strace";

    private readonly Process _strace;

    private SystemCallInjection(Process strace) => _strace = strace;

    /// <summary>Skips the test where there is no strace, before anything was begun.</summary>
    public static void SkipUnlessInstalled() => Assert.SkipUnless(File.Exists(Strace), "strace isn't installed");

    /// <summary>Attaches; skips the test where that can't be done here.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="calls">System calls, comma-separated.</param>
    /// <param name="what">What becomes of them, in strace's words, such as <c>delay_exit=300000</c> (microseconds).</param>
    public static async Task<SystemCallInjection> AttachAsync(int pid, string calls, string what)
    {
        string[] words = ["-f", "-qq", "-o", "/dev/null", "-e", $"trace={calls}", "-e", $"inject={calls}:{what}", "-p", $"{pid}"];
        var strace = Process.Start(Command.StartInfo(Strace, words, null))!;
        strace.StandardInput.Close();
        await Until.TrueAsync(
            "strace is attached or gave up", TestCluster.Patience, () => strace.HasExited || LiveProcess.IsTraced(pid) || !LiveProcess.IsAlive(pid));
        Assert.SkipUnless(!strace.HasExited, $"strace can't attach here: {(strace.HasExited ? await strace.StandardError.ReadToEndAsync() : "")}");
        return new SystemCallInjection(strace);
    }

    /// <summary>Lets the process go on untouched. By SIGTERM: a strace that is killed may leave threads stopped.</summary>
    public async ValueTask DisposeAsync()
    {
        if (!_strace.HasExited)
        {
            LiveProcess.Send(_strace.Id, Signal.Terminate);
            await _strace.WaitForExitAsync().WaitAsync(TestCluster.Patience);
        }

        _strace.Dispose();
    }
}
