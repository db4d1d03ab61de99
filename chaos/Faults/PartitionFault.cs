using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>A network partition between members, healed after a while. Clients reach every member all the time.</summary>
internal sealed class PartitionFault(PartitionShape shape) : IFault
{
    private const int Flaps = 10;

    public string Name => "partition-" + shape switch
    {
        PartitionShape.IsolateLeader => "leader",
        PartitionShape.IsolateFollower => "follower",
        PartitionShape.Halves => "halves",
        PartitionShape.Bridge => "bridge",
        PartitionShape.LeaderMute => "leader-mute",
        PartitionShape.LeaderDeaf => "leader-deaf",
        _ => "flap",
    };

    public string Description => shape switch
    {
        PartitionShape.IsolateLeader => "the leader cut off from all others",
        PartitionShape.IsolateFollower => "one follower cut off from all others",
        PartitionShape.Halves => "a random majority cut off from the rest",
        PartitionShape.Bridge => "two halves that meet only in one member",
        PartitionShape.LeaderMute => "what the leader sends is lost",
        PartitionShape.LeaderDeaf => "what is sent to the leader is lost",
        _ => $"the leader cut off and back, {Flaps} times",
    };

    public Surroundings Needs => Surroundings.NetworkLab;

    public string? Unavailable => NetworkLab.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        int count = context.Cluster.Members.Count;
        MemberProcess? leader = await context.Observer.FindLeaderAsync(cancellationToken);
        int first = leader?.Slot ?? context.Random.Next(count);
        if (shape == PartitionShape.IsolateFollower)
        {
            first = (first + 1 + context.Random.Next(count - 1)) % count;
        }

        (int From, int To)[] cuts = [.. Cuts(context, first, count)];
        long dropped = 0;
        for (int time = 0; time < (shape == PartitionShape.Flap ? Flaps : 1); time++)
        {
            NetworkLab.Cut(cuts);
            await Hold(shape == PartitionShape.Flap ? context.Between(0.1, 0.8) : context.Between(2, 8), cancellationToken);
            dropped += NetworkLab.Dropped();
            NetworkLab.Cut([]);
            if (shape == PartitionShape.Flap)
            {
                await Hold(context.Between(0.1, 0.8), cancellationToken);
            }
        }

        return new FaultEffect(dropped > 0, $"m{first}, {dropped} packets dropped");
    }

    private static async Task Hold(TimeSpan time, CancellationToken cancellationToken) =>
        await Task.Delay(time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private IEnumerable<(int From, int To)> Cuts(FaultContext context, int first, int count)
    {
        int[] others = [.. Enumerable.Range(0, count).Where(i => i != first)];
        int[] shuffled = [.. Enumerable.Range(0, count)];
        context.Random.Shuffle(shuffled);
        return shape switch
        {
            PartitionShape.LeaderMute => others.Select(o => (first, o)),
            PartitionShape.LeaderDeaf => others.Select(o => (o, first)),
            PartitionShape.Halves => Between(shuffled[..context.Cluster.Quorum], shuffled[context.Cluster.Quorum..]),
            PartitionShape.Bridge => Between(shuffled[1..((count / 2) + 1)], shuffled[((count / 2) + 1)..]),
            _ => Between([first], others),
        };
    }

    private static IEnumerable<(int From, int To)> Between(IReadOnlyList<int> one, IReadOnlyList<int> other) =>
        one.SelectMany(a => other.SelectMany(b => new[] { (a, b), (b, a) }));
}
