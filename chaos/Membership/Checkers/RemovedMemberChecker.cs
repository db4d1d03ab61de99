using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>A member that was removed answers nothing, neither a write nor a linearizable read, that was asked of it afterwards, though it runs and has its data.</summary>
internal static class RemovedMemberChecker
{
    /// <param name="answers">What was answered, by whom.</param>
    /// <param name="removed">When members were seen to be gone.</param>
    public static Verdict Check(IEnumerable<Answer> answers, IReadOnlyDictionary<ulong, long> removed)
    {
        Answer? late = answers.FirstOrDefault(answer => removed.TryGetValue(answer.Member, out long gone) && answer.Begun > gone);
        return late is not null
            ? new Verdict("removed", Conclusion.Violated, $"member {late.Member} answered {late.Key} at revision {late.Revision}, which was asked of it {(late.Begun - removed[late.Member]) / 1_000_000} ms after it was seen to be removed")
            : new Verdict("removed", Conclusion.Holds, $"{removed.Count} members were removed, and answered nothing afterwards");
    }
}
