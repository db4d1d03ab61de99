using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>kill -9, a while of absence, and a start from disk.</summary>
internal sealed class KillFault(FaultTarget target) : IFault
{
    public string Name => $"kill-{target.ToString().ToLowerInvariant()}";

    public string Description => $"kill -9 of {target.ToString().ToLowerInvariant()}, started again after a while";

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        TimeSpan absence = context.Between(0.2, 4);
        foreach (MemberProcess victim in victims)
        {
            victim.Kill();
        }

        bool dead = true;
        foreach (MemberProcess victim in victims)
        {
            dead &= await victim.WaitForExitAsync(TimeSpan.FromSeconds(5));
        }

        await Task.Delay(absence, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (MemberProcess victim in victims)
        {
            victim.Start();
        }

        return new FaultEffect(dead, string.Join(' ', victims.Select(v => v.Name)));
    }
}
