using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>
/// The leader stays alone for little longer than it waits before it steps down, and often leads again afterwards, in a later
/// term, with all that it had taken in before: what was meant for the old term must not get into the new one.
/// </summary>
internal sealed class QuorumBlinkFault : IFault
{
    public string Name => "quorum-blink";

    public string Description => "SIGSTOP of all but the leader for 1.1 to 1.8 s, so that it steps down and may lead again";

    public FaultLayer Layer => FaultLayer.Process;

    public string? Unavailable => null;

    public async Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken)
    {
        MemberProcess? leader = await context.Observer.FindLeaderAsync(cancellationToken);
        if (leader is null)
        {
            return new FaultEffect(false, "nobody led");
        }

        ulong before = (await context.Observer.StatusAsync(leader, cancellationToken))?.RaftTerm ?? 0;
        MemberProcess[] others = [.. context.Cluster.Members.Where(m => m != leader)];
        foreach (MemberProcess other in others)
        {
            other.Pause();
        }

        await FaultContext.HoldAsync(context.Between(1.1, 1.8), cancellationToken);
        foreach (MemberProcess other in others)
        {
            other.Continue();
        }

        MemberProcess? next = null;
        for (int look = 0; look < 50 && next is null && !cancellationToken.IsCancellationRequested; look++)
        {
            await Task.Delay(100, CancellationToken.None);
            next = await context.Observer.FindLeaderAsync(cancellationToken);
        }

        ulong after = next is null ? 0 : (await context.Observer.StatusAsync(next, cancellationToken))?.RaftTerm ?? 0;
        return new FaultEffect(after > before, $"{leader.Name} in term {before}, then {next?.Name ?? "nobody"} in term {after}");
    }
}
