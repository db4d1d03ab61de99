using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>SIGSTOP, a while of silence, SIGCONT.</summary>
internal sealed class PauseFault(FaultTarget target) : IFault
{
    public string Name => $"pause-{target.Word()}";

    public string Description => $"SIGSTOP of {target.Phrase()}, SIGCONT after a while";

    public FaultLayer Layer => FaultLayer.Process;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        TimeSpan pause = context.Between(0.5, 6);
        foreach (MemberProcess victim in victims)
        {
            victim.Pause();
        }

        await FaultContext.HoldAsync(pause, cancellationToken);
        bool stopped = victims.All(v => v.IsStopped);
        foreach (MemberProcess victim in victims)
        {
            victim.Continue();
        }

        return new FaultEffect(stopped, $"{FaultContext.Say(victims)} for {pause.TotalSeconds:0.0} s");
    }
}
