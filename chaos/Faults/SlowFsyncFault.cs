using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>Each fdatasync takes long, for a while.</summary>
internal sealed class SlowFsyncFault(FaultTarget target) : IFault
{
    public string Name => $"slow-fsync-{target.Word()}";

    public string Description => $"each fdatasync of {target.Phrase()} takes 50 to 800 ms for a while";

    public FaultLayer Layer => FaultLayer.Disk;

    public string? Unavailable => SystemCallInjection.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        int microseconds = context.Random.Next(50_000, 800_000);
        TimeSpan held = context.Between(3, 7);
        SystemCallInjection[] injections = await Task.WhenAll(victims.Select(v =>
            SystemCallInjection.AttachAsync(context.Cluster, v, $"fdatasync:delay_exit={microseconds}")));
        await FaultContext.HoldAsync(held, cancellationToken);
        int delayed = injections.Sum(i => i.Injected);
        await Task.WhenAll(injections.Select(i => i.DisposeAsync().AsTask()));
        return new FaultEffect(delayed > 0, $"{FaultContext.Say(victims)}, {delayed} calls by {microseconds / 1000} ms");
    }
}
