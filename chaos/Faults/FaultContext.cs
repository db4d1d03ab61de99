using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>What a fault may use.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Observer">Asks members who leads.</param>
/// <param name="Random">Seeded; the schedule follows from it.</param>
internal sealed record FaultContext(ClusterUnderTest Cluster, ClusterObserver Observer, Random Random)
{
    /// <summary>Chooses the members of a target; a leader that nobody knows is replaced by any member.</summary>
    public async Task<IReadOnlyList<MemberProcess>> ChooseAsync(FaultTarget target, CancellationToken cancellationToken)
    {
        MemberProcess[] shuffled = [.. Cluster.Members];
        Random.Shuffle(shuffled);
        MemberProcess? leader = await Observer.FindLeaderAsync(cancellationToken);
        return target switch
        {
            FaultTarget.Leader => [leader ?? shuffled[0]],
            FaultTarget.Follower => [shuffled.First(m => m != leader)],
            FaultTarget.Majority => [.. shuffled.Take(Cluster.Quorum)],
            _ => shuffled,
        };
    }

    /// <summary>A time between the bounds, from the seed.</summary>
    public TimeSpan Between(double lowSeconds, double highSeconds) =>
        TimeSpan.FromSeconds(lowSeconds + (Random.NextDouble() * (highSeconds - lowSeconds)));
}
