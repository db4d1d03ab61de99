using StateServer.Consensus.Commit;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// When a change of the voters may be made at all: the voters that are alive are a quorum before it and after it. Else the change
/// itself, or whatever follows it, could not be committed. Pure.
/// </summary>
internal static class QuorumRule
{
    /// <summary>A cluster has 7 voters at most, and one more while one takes another's place.</summary>
    public const int MaxVoters = 8;

    /// <summary>Null where it may, or why not, with the numbers.</summary>
    /// <param name="before">The voters now.</param>
    /// <param name="after">The voters that there would be.</param>
    /// <param name="isAlive">Whether a voter is in contact; the leader is.</param>
    public static string? Refusal(ClusterConfiguration before, ClusterConfiguration after, Func<NodeId, bool> isAlive)
        => Refusal("there are", before, isAlive)
        ?? Refusal("there would be", after, isAlive)
        ?? (after.Voters.Length > MaxVoters ? $"there would be {after.Voters.Length} voters, and {MaxVoters} is the most" : null);

    private static string? Refusal(string when, ClusterConfiguration voters, Func<NodeId, bool> isAlive)
    {
        var alive = voters.Voters.Count(isAlive);
        var quorum = Quorum.Of(voters.Voters.Length);
        return alive >= quorum
            ? null
            : $"{when} {voters.Voters.Length} voters with {alive} alive, and {quorum} are a quorum "
                + $"(silent: {string.Join(", ", voters.Voters.Where(voter => !isAlive(voter)))})";
    }
}
