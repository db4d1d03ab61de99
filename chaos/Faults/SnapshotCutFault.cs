using System.Diagnostics;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>
/// A follower is away until the leader's log no longer reaches back to it, and the leader is killed as soon as the follower has
/// begun to take its snapshot in. With a snapshot of some megabytes the transfer isn't over by then.
/// </summary>
internal sealed class SnapshotCutFault : IFault
{
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(10);

    public string Name => "snapshot-cut";

    public string Description => "the leader killed while it sends a snapshot to a follower that was away (beside the bulk workload)";

    public FaultLayer Layer => FaultLayer.Process;

    public bool IsUsual => false;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(FaultTarget.Follower, cancellationToken))[0];
        await FaultContext.KillAsync([victim]);
        MemberProcess? leader = await LogReach.AwaitDropAsync(context, LogReach.Last(victim), cancellationToken);
        victim.Start();
        bool cut = leader is not null && await CutAsync(leader, Path.Combine(victim.DataFolder, "snapshots"), cancellationToken);
        await FaultContext.HoldAsync(context.Between(0.5, 2), cancellationToken);
        leader?.Start();
        return new FaultEffect(cut, $"{victim.Name} from {leader?.Name ?? "nobody"}");
    }

    /// <summary>Kills the sender as soon as the receiver's folder holds a file that is being received: it can write none of its own.</summary>
    private static async Task<bool> CutAsync(MemberProcess sender, string folder, CancellationToken cancellationToken)
    {
        long started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < TransferLimit && !cancellationToken.IsCancellationRequested)
        {
            if (Directory.EnumerateFiles(folder, "staged-*").Any())
            {
                return await FaultContext.KillAsync([sender]);
            }

            await Task.Yield();
        }

        return false;
    }
}
