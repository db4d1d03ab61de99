using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>Random members killed and started again in quick succession, often before they are up.</summary>
internal sealed class RestartStormFault : IFault
{
    private const int Kills = 8;

    public string Name => "restart-storm";

    public string Description => $"{Kills} kills -9 of random members, each started again at once";

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        var hit = new List<string>();
        for (int i = 0; i < Kills && !cancellationToken.IsCancellationRequested; i++)
        {
            MemberProcess victim = context.Cluster.Members[context.Random.Next(context.Cluster.Members.Count)];
            victim.Kill();
            if (await victim.WaitForExitAsync(TimeSpan.FromSeconds(5)))
            {
                hit.Add(victim.Name);
            }

            victim.Start();
            await Task.Delay(context.Between(0.05, 1), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new FaultEffect(hit.Count > 0, string.Join(' ', hit));
    }
}
