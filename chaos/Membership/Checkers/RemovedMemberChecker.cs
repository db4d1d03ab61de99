using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>A member that was removed acknowledges nothing that was asked of it afterwards, though it runs and has its data.</summary>
internal static class RemovedMemberChecker
{
    /// <param name="acknowledged">What was acknowledged, by whom.</param>
    /// <param name="removed">When members were seen to be gone.</param>
    public static Verdict Check(IEnumerable<AcknowledgedPut> acknowledged, IReadOnlyDictionary<ulong, long> removed)
    {
        AcknowledgedPut? late = acknowledged.FirstOrDefault(put => removed.TryGetValue(put.Member, out long gone) && put.Begun > gone);
        return late is not null
            ? new Verdict("removed", Conclusion.Violated, $"member {late.Member} acknowledged {late.Key} at revision {late.Revision}, which was asked of it {(late.Begun - removed[late.Member]) / 1_000_000} ms after it was seen to be removed")
            : new Verdict("removed", Conclusion.Holds, $"{removed.Count} members were removed, and acknowledged nothing afterwards");
    }
}
