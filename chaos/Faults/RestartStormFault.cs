using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>Kills in quick succession, each victim started again at once, often killed again before it is up.</summary>
internal sealed class RestartStormFault(FaultTarget target) : IFault
{
    private const int Kills = 6;

    public string Name => $"restart-storm-{target.Word()}";

    public string Description => $"{Kills} times in quick succession, kill -9 of {target.Phrase()} of the moment, started again at once";

    public FaultLayer Layer => FaultLayer.Process;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        var hit = new List<string>();
        for (int i = 0; i < Kills && !cancellationToken.IsCancellationRequested; i++)
        {
            IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
            if (await FaultContext.KillAsync(victims))
            {
                hit.Add(FaultContext.Say(victims));
            }

            foreach (MemberProcess victim in victims)
            {
                victim.Start();
            }

            await FaultContext.HoldAsync(context.Between(0.05, 1), cancellationToken);
        }

        return new FaultEffect(hit.Count > 0, string.Join(", ", hit));
    }
}
