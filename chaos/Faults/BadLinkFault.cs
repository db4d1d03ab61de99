using StateServer.Chaos.Clusters;
using StateServer.Chaos.Networks;

namespace StateServer.Chaos.Faults;

/// <summary>Packets between members are delayed, lost, doubled or overtaken, for a while.</summary>
internal sealed class BadLinkFault(LinkTrouble trouble, FaultTarget target) : IFault
{
    public string Name => $"link-{trouble.ToString().ToLowerInvariant()}-{target.Word()}";

    public string Description => $"packets to and from {target.Phrase()} {trouble switch
    {
        LinkTrouble.Delay => "take 5 to 250 ms longer",
        LinkTrouble.Loss => "get lost, 2 to 40 % of them",
        LinkTrouble.Duplicate => "arrive twice, 10 to 60 % of them",
        LinkTrouble.Reorder => "are overtaken by later ones, 10 to 60 % of them",
        _ => "get lost, doubled, overtaken and late",
    }}";

    public FaultLayer Layer => FaultLayer.Network;

    public Surroundings Needs => Surroundings.NetworkLab;

    public string? Unavailable => NetworkLab.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        HashSet<int> victims = [.. (await context.ChooseAsync(target, cancellationToken)).Select(v => v.Slot)];
        LinkCondition condition = Draw(context.Random);
        TimeSpan held = context.Between(3, 8);
        int[] slots = [.. context.Cluster.Members.Select(m => m.Slot)];
        LinkTraffic traffic = context.Cluster.Network!.Traffic;
        traffic.Apply(slots.SelectMany(a => slots.Where(b => b != a && (victims.Contains(a) || victims.Contains(b))).Select(b => (a, b))), condition);
        LinkCounts counts;
        try
        {
            await FaultContext.HoldAsync(held, cancellationToken);
        }
        finally
        {
            counts = traffic.Counts;
            traffic.Clear();
        }

        return new FaultEffect(TookEffect(counts), $"{string.Join(' ', victims.Select(v => $"m{v}"))}, {counts}");
    }

    private LinkCondition Draw(Random random)
    {
        bool mess = trouble == LinkTrouble.Mess;
        double share = 0.1 + (random.NextDouble() * 0.5);
        double loss = 0.02 + (random.NextDouble() * 0.38);
        return new LinkCondition
        {
            Delay = trouble == LinkTrouble.Delay || mess ? TimeSpan.FromMilliseconds(random.Next(5, mess ? 60 : 250)) : TimeSpan.Zero,
            Loss = trouble == LinkTrouble.Loss ? loss : mess ? loss / 4 : 0,
            Duplicates = trouble == LinkTrouble.Duplicate || mess ? share : 0,
            Reordered = trouble == LinkTrouble.Reorder || mess ? share : 0,
            Scatter = TimeSpan.FromMilliseconds(random.Next(1, 60)),
        };
    }

    private bool TookEffect(LinkCounts counts) => trouble switch
    {
        LinkTrouble.Delay => counts.Delayed > 0,
        LinkTrouble.Loss => counts.Dropped > 0,
        LinkTrouble.Duplicate => counts.Duplicated > 0,
        LinkTrouble.Reorder => counts.Reordered > 0,
        _ => counts is { Delayed: > 0, Dropped: > 0, Duplicated: > 0, Reordered: > 0 },
    };
}
