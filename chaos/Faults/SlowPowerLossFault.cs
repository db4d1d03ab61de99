using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>
/// A power loss of all members while the disks of some are slow: what is acknowledged before it is synced, or counted as
/// synced by a leader that isn't, stands unsynced for most of the time and not for the blink that a sync takes.
/// </summary>
internal sealed class SlowPowerLossFault : IFault
{
    public string Name => "power-loss-slow-disk";

    public string Description => "each fdatasync of one or more members takes 40 to 160 ms for a while, then a power loss of all members";

    public FaultLayer Layer => FaultLayer.Folder;

    public Surroundings Needs => Surroundings.ForgetfulDisk;

    public string? Unavailable => ForgetfulDisk.Unavailable ?? SystemCallInjection.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess? leader = await context.Observer.FindLeaderAsync(cancellationToken);
        MemberProcess[] shuffled = [.. await context.ChooseAsync(FaultTarget.All, cancellationToken)];

        // As often as any others, a majority with the leader in it: then a minority alone has what is new.
        MemberProcess[] slow = context.Random.Next(2) == 0
            ? [.. shuffled.OrderBy(m => m != leader).Take(context.Cluster.Quorum)]
            : [.. shuffled.Take(context.Random.Next(1, shuffled.Length + 1))];
        slow = [.. slow.Where(m => m.IsRunning)];
        int microseconds = context.Random.Next(40_000, 160_000);

        // Delayed on its way in: while it waits, nothing is synced yet.
        SystemCallInjection[] injections = await Task.WhenAll(slow.Select(m =>
            SystemCallInjection.AttachAsync(context.Cluster, m, $"fdatasync:delay_enter={microseconds}")));
        await FaultContext.HoldAsync(context.Between(1, 2), cancellationToken);
        FaultEffect loss = await new PowerLossFault().RunAsync(context, cancellationToken);
        int delayed = injections.Sum(i => i.Injected);
        await Task.WhenAll(injections.Select(i => i.DisposeAsync().AsTask()));
        return new FaultEffect(
            loss.TookEffect && delayed > 0,
            $"{FaultContext.Say(slow)} by {microseconds / 1000} ms, {delayed} calls; {loss.Detail}");
    }
}
