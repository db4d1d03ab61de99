using System.Diagnostics;
using System.Globalization;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>
/// A follower is away until the leader's log no longer reaches back to it, and the leader is killed as soon as the follower has
/// begun to take its snapshot in. With a snapshot of some megabytes the transfer isn't over by then.
/// </summary>
internal sealed class SnapshotCutFault : IFault
{
    private static readonly TimeSpan TransferLimit = TimeSpan.FromSeconds(10);

    /// <summary>How long the log may take to be dropped behind a snapshot as far as the follower has it.</summary>
    private static readonly TimeSpan AbsenceLimit = TimeSpan.FromSeconds(25);

    public string Name => "snapshot-cut";

    public string Description => "the leader killed while it sends a snapshot to a follower that was away (beside the bulk workload)";

    public FaultLayer Layer => FaultLayer.Process;

    public bool IsUsual => false;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(FaultTarget.Follower, cancellationToken))[0];
        await FaultContext.KillAsync([victim]);
        long known = Segments(victim).DefaultIfEmpty().Max();
        MemberProcess? leader = null;
        long started = Stopwatch.GetTimestamp();
        bool dropped = false;
        while (!dropped && Stopwatch.GetElapsedTime(started) < AbsenceLimit && !cancellationToken.IsCancellationRequested)
        {
            await FaultContext.HoldAsync(TimeSpan.FromMilliseconds(200), cancellationToken);
            leader = await context.Observer.FindLeaderAsync(cancellationToken);
            dropped = leader is not null && Segments(leader).DefaultIfEmpty().Min() > known;
        }

        victim.Start();
        bool cut = dropped && await CutAsync(leader!, Path.Combine(victim.DataFolder, "snapshots"), cancellationToken);
        await FaultContext.HoldAsync(context.Between(0.5, 2), cancellationToken);
        leader?.Start();
        return new FaultEffect(cut, $"{victim.Name} from {leader?.Name ?? "nobody"}");
    }

    /// <summary>The first indexes of a member's log segments, from their names.</summary>
    private static IEnumerable<long> Segments(MemberProcess member) => Directory
        .EnumerateFiles(Path.Combine(member.DataFolder, "log"), "log-*.seg")
        .Select(f => long.Parse(Path.GetFileNameWithoutExtension(f)["log-".Length..], CultureInfo.InvariantCulture));

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
