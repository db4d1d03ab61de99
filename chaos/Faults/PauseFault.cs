using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>SIGSTOP, a while of silence, SIGCONT.</summary>
internal sealed class PauseFault(FaultTarget target) : IFault
{
    public string Name => $"pause-{target.ToString().ToLowerInvariant()}";

    public string Description => $"SIGSTOP of {target.ToString().ToLowerInvariant()}, SIGCONT after a while";

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<MemberProcess> victims = await context.ChooseAsync(target, cancellationToken);
        TimeSpan pause = context.Between(0.5, 6);
        foreach (MemberProcess victim in victims)
        {
            victim.Pause();
        }

        bool stopped = victims.All(IsStopped);
        await Task.Delay(pause, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (MemberProcess victim in victims)
        {
            victim.Continue();
        }

        return new FaultEffect(stopped, string.Join(' ', victims.Select(v => v.Name)));
    }

    /// <summary>The state letter of /proc/PID/stat: T while stopped (proc(5)).</summary>
    private static bool IsStopped(MemberProcess member)
    {
        for (int look = 0; look < 1000; look++)
        {
            string stat = File.ReadAllText($"/proc/{member.ProcessId}/stat");
            if (stat[(stat.LastIndexOf(')') + 2)..].StartsWith('T'))
            {
                return true;
            }
        }

        return false;
    }
}
