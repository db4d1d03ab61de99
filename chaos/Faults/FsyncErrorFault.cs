using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>fdatasync fails with EIO: the member must end at once, and is started again.</summary>
internal sealed class FsyncErrorFault(FaultTarget target) : IFault
{
    public string Name => $"fsync-error-{target.ToString().ToLowerInvariant()}";

    public string Description => $"fdatasync fails with EIO on the {target.ToString().ToLowerInvariant()}, which must end itself";

    public string? Unavailable => SystemCallInjection.Unavailable;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess victim = (await context.ChooseAsync(target, cancellationToken))[0];
        victim.ExpectDeath();
        bool ended;
        int injected;
        await using (SystemCallInjection injection = SystemCallInjection.Attach(victim, "fdatasync:error=EIO"))
        {
            ended = await victim.WaitForExitAsync(TimeSpan.FromSeconds(10));
            injected = injection.Injected;
        }

        if (!ended)
        {
            victim.Kill();
            await victim.WaitForExitAsync(TimeSpan.FromSeconds(5));
            if (injected > 0)
            {
                throw new FaultSurvivedException($"{victim.Name} went on after {injected} failed fdatasync calls");
            }
        }

        await Task.Delay(context.Between(0.1, 2), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        victim.Start();
        return new FaultEffect(ended && injected > 0, $"{victim.Name}, {injected} calls failed");
    }
}
