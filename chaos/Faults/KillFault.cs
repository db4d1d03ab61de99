using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>kill -9, a while of absence, and a start from disk.</summary>
internal sealed class KillFault(FaultTarget target) : IFault
{
    public string Name => $"kill-{target.Word()}";

    public string Description => $"kill -9 of {target.Phrase()}, started again after a while";

    public FaultLayer Layer => FaultLayer.Process;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        TimeSpan absence = context.Between(0.2, 4);
        bool dead = await FaultContext.KillAsync(victims);
        await FaultContext.HoldAsync(absence, cancellationToken);
        foreach (MemberProcess victim in victims)
        {
            victim.Start();
        }

        return new FaultEffect(dead && victims.All(v => v.IsRunning), FaultContext.Say(victims));
    }
}
