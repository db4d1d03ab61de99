using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>A linearizable read is not older than any write that was acknowledged before it was asked.</summary>
internal static class StaleReadChecker
{
    public static Verdict Check(IReadOnlyCollection<AnsweredRead> reads)
    {
        AnsweredRead? stale = reads.FirstOrDefault(read => read.Revision < read.Floor);
        return stale is not null
            ? new Verdict("reads", Conclusion.Violated, $"member {stale.Member} answered a read at revision {stale.Revision}; revision {stale.Floor} had been acknowledged before it was asked")
            : new Verdict("reads", Conclusion.Holds, $"{reads.Count} linearizable reads, none of them stale");
    }
}
