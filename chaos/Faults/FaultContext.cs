using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>What a fault may use.</summary>
/// <param name="Cluster">The cluster.</param>
/// <param name="Observer">Asks members who leads.</param>
/// <param name="Random">This one fault's own, seeded by the schedule: whom it hits and for how long follows from it.</param>
internal sealed record FaultContext(ClusterUnderTest Cluster, ClusterObserver Observer, Random Random)
{
    /// <summary>Chooses the members of a target; a leader that nobody knows is replaced by any member.</summary>
    public async Task<IReadOnlyList<MemberProcess>> ChooseAsync(FaultTarget target, CancellationToken cancellationToken)
    {
        MemberProcess[] shuffled = [.. Cluster.Members];
        Random.Shuffle(shuffled);
        if (target is FaultTarget.Majority or FaultTarget.All)
        {
            return target == FaultTarget.All ? shuffled : [.. shuffled.Take(Cluster.Quorum)];
        }

        MemberProcess? leader = await Observer.FindLeaderAsync(cancellationToken);
        return target == FaultTarget.Leader ? [leader ?? shuffled[0]] : [shuffled.First(m => m != leader)];
    }

    /// <summary>A time between the bounds, from the seed.</summary>
    public TimeSpan Between(double lowSeconds, double highSeconds) =>
        TimeSpan.FromSeconds(lowSeconds + (Random.NextDouble() * (highSeconds - lowSeconds)));

    /// <summary>Waits so long, or until the token is cancelled.</summary>
    public static async Task HoldAsync(TimeSpan time, CancellationToken cancellationToken) =>
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Kills members and waits until they are gone.</summary>
    /// <returns>Whether all are.</returns>
    public static async Task<bool> KillAsync(IEnumerable<MemberProcess> victims)
    {
        MemberProcess[] all = [.. victims];
        foreach (MemberProcess victim in all)
        {
            victim.Kill();
        }

        bool dead = true;
        foreach (MemberProcess victim in all)
        {
            dead &= await victim.WaitForExitAsync(TimeSpan.FromSeconds(5));
        }

        return dead;
    }

    /// <summary>Members' names in a line.</summary>
    public static string Say(IEnumerable<MemberProcess> members) => string.Join(' ', members.Select(m => m.Name));
}
