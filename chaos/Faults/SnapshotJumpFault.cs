using StateServer.Chaos.Clusters;
using StateServer.Chaos.Networks;

namespace StateServer.Chaos.Faults;

/// <summary>
/// A follower is cut off from the others, though not from its clients, until the leader's log no longer reaches back to it: it
/// goes on from a snapshot while it serves, and its watchers must be told what the snapshot jumped over.
/// </summary>
internal sealed class SnapshotJumpFault : IFault
{
    public string Name => "snapshot-jump";

    public string Description => "a follower cut off until it needs a snapshot, its clients still with it (beside the bulk workload)";

    public FaultLayer Layer => FaultLayer.Network;

    public bool IsUsual => false;

    public Surroundings Needs => Surroundings.NetworkLab;

    public string? Unavailable => NetworkLab.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        LinkTraffic traffic = context.Cluster.Network!.Traffic;
        MemberProcess victim = (await context.ChooseAsync(FaultTarget.Follower, cancellationToken))[0];
        long known = LogReach.Last(victim);
        MemberProcess? leader;
        try
        {
            traffic.Apply(
                context.Cluster.Members.Where(m => m != victim).SelectMany(m => new[] { (victim.Slot, m.Slot), (m.Slot, victim.Slot) }),
                LinkCondition.Cut);
            leader = await LogReach.AwaitDropAsync(context, known, cancellationToken);
        }
        finally
        {
            traffic.Clear();
        }

        return new FaultEffect(leader is not null, $"{victim.Name} behind {leader?.Name ?? "nobody"}");
    }
}
