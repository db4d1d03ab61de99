using StateServer.Chaos.Clusters;
using StateServer.Chaos.Networks;

namespace StateServer.Chaos.Faults;

/// <summary>A network partition between members, healed after a while. Clients reach every member all the time.</summary>
internal sealed class PartitionFault(PartitionShape shape, FaultTarget target) : IFault
{
    private const int Flaps = 10;

    private bool HasTarget => shape is not (PartitionShape.Halves or PartitionShape.Bridge);

    public string Name => $"partition-{shape.ToString().ToLowerInvariant()}{(HasTarget ? "-" + target.Word() : "")}";

    public string Description => shape switch
    {
        PartitionShape.Isolate => $"{target.Phrase()} cut off from all others",
        PartitionShape.Halves => "a random majority cut off from the rest",
        PartitionShape.Bridge => "two halves that meet only in one member",
        PartitionShape.Mute => $"what {target.Phrase()} sends to members is lost",
        PartitionShape.Deaf => $"what members send to {target.Phrase()} is lost",
        _ => $"{target.Phrase()} cut off and back, {Flaps} times",
    };

    public FaultLayer Layer => FaultLayer.Network;

    public Surroundings Needs => Surroundings.NetworkLab;

    public string? Unavailable => NetworkLab.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        LinkTraffic traffic = context.Cluster.Network!.Traffic;
        int first = (await context.ChooseAsync(target, cancellationToken))[0].Slot;
        (int From, int To)[] cuts = [.. Cuts(context, first, context.Cluster.Members.Count)];
        long dropped = 0;
        try
        {
            for (int time = 0; time < (shape == PartitionShape.Flap ? Flaps : 1); time++)
            {
                traffic.Apply(cuts, LinkCondition.Cut);
                await FaultContext.HoldAsync(shape == PartitionShape.Flap ? context.Between(0.1, 0.8) : context.Between(2, 8), cancellationToken);
                dropped += traffic.Counts.Dropped;
                traffic.Clear();
                if (shape == PartitionShape.Flap)
                {
                    await FaultContext.HoldAsync(context.Between(0.1, 0.8), cancellationToken);
                }
            }
        }
        finally
        {
            traffic.Clear();
        }

        return new FaultEffect(dropped > 0, $"{Say(cuts)}, {dropped} packets dropped");
    }

    private static string Say((int From, int To)[] cuts) => string.Join(' ', cuts.Select(c => $"m{c.From}>m{c.To}"));

    private static IEnumerable<(int From, int To)> Between(IReadOnlyList<int> one, IReadOnlyList<int> other) =>
        one.SelectMany(a => other.SelectMany(b => new[] { (a, b), (b, a) }));

    private IEnumerable<(int From, int To)> Cuts(FaultContext context, int first, int count)
    {
        int[] others = [.. Enumerable.Range(0, count).Where(i => i != first)];
        int[] shuffled = [.. Enumerable.Range(0, count)];
        context.Random.Shuffle(shuffled);
        return shape switch
        {
            PartitionShape.Mute => others.Select(o => (first, o)),
            PartitionShape.Deaf => others.Select(o => (o, first)),
            PartitionShape.Halves => Between(shuffled[..context.Cluster.Quorum], shuffled[context.Cluster.Quorum..]),
            PartitionShape.Bridge => Between(shuffled[1..((count / 2) + 1)], shuffled[((count / 2) + 1)..]),
            _ => Between([first], others),
        };
    }
}
