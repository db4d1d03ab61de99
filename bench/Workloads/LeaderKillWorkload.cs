using System.Diagnostics;
using StateServer.Bench.Load;
using StateServer.Bench.Report;
using StateServer.Bench.Run;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Workloads;

/// <summary>The leader is killed with SIGKILL under a writer that puts every 5 ms: how long is nothing acknowledged?</summary>
internal sealed class LeaderKillWorkload() : Workload(
    "leader-kill", "leader killed with -9 under a put every 5 ms: the longest time without an acknowledged write")
{
    private static readonly TimeSpan Before = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RecoveryLimit = TimeSpan.FromSeconds(30);

    /// <summary>Writes flow again when the last half second saw half of what is sent in it.</summary>
    private static readonly TimeSpan FlowWindow = TimeSpan.FromMilliseconds(500);
    private const int FlowWrites = 50;

    public override int Rounds(RunOptions options) => options.Kills;

    public override async Task<IReadOnlyList<Figure>> MeasureAsync(
        TargetCluster cluster, RunOptions options, CancellationToken cancellationToken)
    {
        const string Prefix = "bench/kill/";
        TargetMember leader = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        // The writer talks to the members that survive: what is measured is the cluster, not a client's search for it.
        string[] survivors = [.. cluster.Endpoints.Where(endpoint => endpoint != leader.Endpoint)];
        await using PacedWriter writer = new(survivors, Prefix);
        await Task.Delay(Before, cancellationToken);
        long killed = Stopwatch.GetTimestamp();
        await cluster.KillAsync(leader, cancellationToken);
        await WaitForFlowAsync(cluster, writer, killed, cancellationToken);
        await writer.StopAsync();
        TimeSpan outage = writer.Answers.LongestGap(killed);

        await cluster.StartAsync(cancellationToken);
        await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        await Contents.VerifyCountAsync(cluster, Prefix, writer.Acknowledged, writer.Unknown, cancellationToken);
        await Contents.ClearAsync(cluster, Prefix, cancellationToken);
        return
        [
            new Figure("outage", "ms", outage.TotalMilliseconds),
            new Figure("unacknowledged", "puts", writer.Unknown),
        ];
    }

    private static async Task WaitForFlowAsync(
        TargetCluster cluster, PacedWriter writer, long killed, CancellationToken cancellationToken)
    {
        while (Stopwatch.GetElapsedTime(killed) < Before || writer.AcknowledgedWithin(FlowWindow) < FlowWrites)
        {
            if (Stopwatch.GetElapsedTime(killed) > RecoveryLimit)
            {
                throw new TargetFailedException(
                    $"{cluster.Name} doesn't take writes {RecoveryLimit} after its leader was killed: {writer.LastFailure}");
            }
            await Task.Delay(20, cancellationToken);
        }
    }
}
