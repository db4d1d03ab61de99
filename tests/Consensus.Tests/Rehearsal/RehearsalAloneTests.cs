using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using DotNext.Net.Cluster.Consensus.Raft;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Rehearsal;
using StateServer.Consensus.Tests.Log;

namespace StateServer.Consensus.Tests.Rehearsal;

/// <summary>What a rehearsal leaves in its process. Other tests leave the same there, so each of these runs in a process of its own.</summary>
public sealed class RehearsalAloneTests
{
    private const string Alone = "STATESERVER_TESTS_ALONE";

    /// <summary>The library fails what waits for a leader when it ends, and a failure that nobody looks at is logged as a defect.</summary>
    [Fact]
    public async Task A_rehearsal_leaves_no_failure_that_nobody_observed()
    {
        if (Environment.GetEnvironmentVariable(Alone) is not { Length: > 0 })
        {
            await RunAloneAsync(nameof(A_rehearsal_leaves_no_failure_that_nobody_observed));
            return;
        }

        using var parent = new TemporaryFolder();
        var unobserved = new ConcurrentQueue<Exception>();
        TaskScheduler.UnobservedTaskException += (_, e) => unobserved.Enqueue(e.Exception);
        for (var round = 0; round < 3; round++)
        {
            await ElectionRehearsal.RunAsync(parent.File("rehearsal"), TimeProvider.System, CancellationToken.None);
            await CollectAsync(unobserved);
        }

        Assert.DoesNotContain(unobserved, IsOfTheLibrary);
    }

    /// <summary>An operator looks at these for how long writes were held.</summary>
    [Fact]
    public async Task A_rehearsed_hand_over_is_not_measured()
    {
        if (Environment.GetEnvironmentVariable(Alone) is not { Length: > 0 })
        {
            await RunAloneAsync(nameof(A_rehearsed_hand_over_is_not_measured));
            return;
        }

        using var parent = new TemporaryFolder();
        var measured = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listening) =>
            {
                if (instrument.Name == "stateserver.leader.handover.duration")
                {
                    listening.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref measured));
        listener.Start();
        await ElectionRehearsal.RunAsync(parent.File("rehearsal"), TimeProvider.System, CancellationToken.None);
        Assert.Equal(0, measured);
    }

    private static async Task RunAloneAsync(string method)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(RehearsalAloneTests).Assembly.Location, "-method", $"*.{method}", "-noColor"])
        {
            Environment = { [Alone] = "1" },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        await using var end = deadline.Token.Register(() => process.Kill(entireProcessTree: false));
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.True(process.ExitCode == 0 && output.Contains("Total: 1, Errors: 0, Failed: 0, Skipped: 0", StringComparison.Ordinal), output);
    }

    private static bool IsOfTheLibrary(Exception failure)
        => failure.InnerException is QuorumUnreachableException or ObjectDisposedException { ObjectName: nameof(MemberCluster) };

    /// <summary>Collects until a failure that nobody observed, younger than all others, was told.</summary>
    private static async Task CollectAsync(ConcurrentQueue<Exception> unobserved)
    {
        var canary = new InvalidOperationException("canary");
        Abandon(canary);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!unobserved.Any(failure => ReferenceEquals(failure.InnerException, canary)))
        {
            deadline.Token.ThrowIfCancellationRequested();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Yield();
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Abandon(Exception failure) => _ = Task.FromException(failure);
}
