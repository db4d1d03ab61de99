using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>Each fdatasync takes long, for a while.</summary>
internal sealed class SlowFsyncFault(FaultTarget target) : IFault
{
    public string Name => $"slow-fsync-{target.ToString().ToLowerInvariant()}";

    public string Description => $"each fdatasync of the {target.ToString().ToLowerInvariant()} takes 50 to 800 ms for a while";

    public string? Unavailable => SystemCallInjection.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(target, cancellationToken))[0];
        int microseconds = context.Random.Next(50_000, 800_000);
        await using SystemCallInjection injection = SystemCallInjection.Attach(victim, $"fdatasync:delay_exit={microseconds}");
        await Task.Delay(context.Between(3, 7), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        int delayed = injection.Injected;
        return new FaultEffect(delayed > 0, $"{victim.Name}, {delayed} calls by {microseconds / 1000} ms");
    }
}
