using StateServer.Chaos.Checkers;

namespace StateServer.Chaos.Membership.Checkers;

/// <summary>No term has two leaders (Raft §5.2).</summary>
internal static class LeaderChecker
{
    public static Verdict Check(IReadOnlyCollection<LeaderClaim> claims)
    {
        IGrouping<ulong, LeaderClaim>? two = claims.GroupBy(claim => claim.Term).FirstOrDefault(term => term.Select(claim => claim.Member).Distinct().Count() > 1);
        return two is not null
            ? new Verdict("leaders", Conclusion.Violated, $"members {string.Join(" and ", two.Select(claim => claim.Member).Order())} said that they lead in term {two.Key}")
            : new Verdict("leaders", Conclusion.Holds, $"one leader in each of {claims.Select(claim => claim.Term).Distinct().Count()} terms");
    }
}
