using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>fdatasync fails with EIO: the member must end at once, and is started again.</summary>
internal sealed class FsyncErrorFault(FaultTarget target) : IFault
{
    /// <summary>How long a member may live on; one that ignores the error goes on for good.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);

    public string Name => $"fsync-error-{target.Word()}";

    public string Description => $"fdatasync fails with EIO on {target.Phrase()}, who must end at once";

    public FaultLayer Layer => FaultLayer.Process;

    public string? Unavailable => SystemCallInjection.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        (bool Ended, int Failed)[] ends = await Task.WhenAll(victims.Select(v => HarmAsync(context, v)));
        await FaultContext.HoldAsync(context.Between(0.1, 2), cancellationToken);
        foreach (MemberProcess victim in victims)
        {
            victim.Start();
        }

        for (int i = 0; i < victims.Count; i++)
        {
            if (!ends[i].Ended && ends[i].Failed > 0)
            {
                throw new FaultSurvivedException($"{victims[i].Name} went on after {ends[i].Failed} failed fdatasync calls");
            }

            if (ends[i] is { Ended: true, Failed: 0 })
            {
                throw new FaultSurvivedException($"{victims[i].Name} ended by itself, and no fdatasync had failed");
            }
        }

        int hit = ends.Count(e => e is { Ended: true, Failed: > 0 });
        return new FaultEffect(hit > 0, $"{FaultContext.Say(victims)}, {hit} ended by it");
    }

    private static async Task<(bool Ended, int Failed)> HarmAsync(FaultContext context, MemberProcess victim)
    {
        if (!victim.IsRunning)
        {
            return (false, 0);
        }

        victim.ExpectDeath();
        victim.ExpectAlarms();
        SystemCallInjection injection = await SystemCallInjection.AttachAsync(context.Cluster, victim, "fdatasync:error=EIO");
        bool ended = await victim.WaitForExitAsync(EndLimit);

        // Counted once the tracer has let go and written all it saw.
        await injection.DisposeAsync();
        int failed = injection.Injected;

        if (!ended)
        {
            await FaultContext.KillAsync([victim]);
        }

        victim.EndAlarms();
        return (ended, failed);
    }
}
