using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>
/// All members killed at once, and each one's disk left without a random part of what was not synced. Power comes back to one
/// after the other: as often as not to those first that forgot most, who may then elect one of theirs before the others are there.
/// </summary>
internal sealed class PowerLossFault : IFault
{
    public string Name => "power-loss";

    public string Description => "all members killed at once; a random half of the unsynced sectors is lost";

    public FaultLayer Layer => FaultLayer.Folder;

    public Surroundings Needs => Surroundings.ForgetfulDisk;

    public string? Unavailable => ForgetfulDisk.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> members = context.Cluster.Members;
        bool dead = await FaultContext.KillAsync(members);
        var losses = new List<(MemberProcess Member, int Forgotten)>();
        foreach (MemberProcess member in members)
        {
            losses.Add((member, await member.ForgetfulDisk!.LosePowerAsync()));
        }

        bool inTurn = context.Random.Next(2) == 0;
        MemberProcess[] shuffled = [.. members];
        context.Random.Shuffle(shuffled);
        MemberProcess[] order = inTurn ? [.. losses.OrderByDescending(l => l.Forgotten).Select(l => l.Member)] : shuffled;
        for (int at = 0; at < order.Length; at++)
        {
            // The first quorum comes up together.
            await FaultContext.HoldAsync(at < context.Cluster.Quorum ? TimeSpan.Zero : context.Between(0, 3), cancellationToken);
            order[at].Start();
        }

        return new FaultEffect(
            dead && losses.All(l => l.Forgotten >= 0),
            $"sectors forgotten: {string.Join(", ", losses.Select(l => $"{l.Member.Name} {l.Forgotten}"))}; started {FaultContext.Say(order)}");
    }
}
