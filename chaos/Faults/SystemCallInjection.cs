using System.Diagnostics;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>strace attached to a running member, tampering with one system call until it is let go.</summary>
internal sealed class SystemCallInjection : IAsyncDisposable
{
    private static readonly TimeSpan AttachLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LeaveLimit = TimeSpan.FromSeconds(5);

    private readonly Process _strace;
    private readonly string _trace;

    private SystemCallInjection(Process strace, string trace)
    {
        _strace = strace;
        _trace = trace;
    }

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    public static string? Unavailable { get; } = !ExternalTool.IsInstalled("strace") ? "strace is not installed"
        : ExternalTool.Try("strace", "-qq", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO", "true") ? null
        : "strace may not trace here";

    /// <summary>Calls that were tampered with so far.</summary>
    public int Injected => File.Exists(_trace)
        ? File.ReadLines(_trace).Count(l => l.Contains("(INJECTED)", StringComparison.Ordinal) || l.Contains("(DELAYED)", StringComparison.Ordinal))
        : 0;

    /// <summary>Attaches, and waits until it is attached.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="member">The member; where it isn't running, nothing is injected.</param>
    /// <param name="what">strace's inject expression, such as <c>fdatasync:error=EIO</c>.</param>
    public static async Task<SystemCallInjection> AttachAsync(ClusterUnderTest cluster, MemberProcess member, string what)
    {
        string trace = Path.Combine(member.Folder, "strace.txt");
        File.Delete(trace);
        string call = what.Split(':')[0];
        Process strace = Process.Start(new ProcessStartInfo(
            "strace",
            ["-f", "-qq", "-o", trace, "-e", $"trace={call}", "-e", $"inject={what}", "-p", $"{member.ProcessId}"])
        {
            RedirectStandardError = true,
        })!;
        strace.BeginErrorReadLine();
        cluster.Claim.NoteProcess(strace.Id);
        long started = Stopwatch.GetTimestamp();
        while (!strace.HasExited && !member.IsTraced && Stopwatch.GetElapsedTime(started) < AttachLimit)
        {
            await Task.Delay(20);
        }

        return new SystemCallInjection(strace, trace);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_strace.HasExited)
        {
            Signals.Send(_strace.Id, Signals.Terminate);
            using var limit = new CancellationTokenSource(LeaveLimit);
            await _strace.WaitForExitAsync(limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!_strace.HasExited)
            {
                _strace.Kill();
            }
        }

        _strace.Dispose();
    }
}
