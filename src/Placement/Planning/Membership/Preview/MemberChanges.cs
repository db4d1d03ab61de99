using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Placement.Planning.Membership.Preview;

/// <summary>
/// What became of the members from one state to a later one, in Juju's six groups, by id; a member may be in one alone. Juju's
/// sixth, machines that were converted, is always empty: a machine of another purpose never becomes a state server. Immutable.
/// </summary>
/// <param name="Maintained">Voters that vote on.</param>
/// <param name="Added">Members that were not there, with a vote or still without.</param>
/// <param name="Removed">Members that are gone, lost or leaving.</param>
/// <param name="Promoted">Members that were there without a vote and have one.</param>
/// <param name="Demoted">Members that lost their vote and stay.</param>
public sealed record MemberChanges(
    ImmutableArray<NodeId> Maintained,
    ImmutableArray<NodeId> Added,
    ImmutableArray<NodeId> Removed,
    ImmutableArray<NodeId> Promoted,
    ImmutableArray<NodeId> Demoted)
{
    /// <summary>Compares two states.</summary>
    /// <param name="before">The earlier.</param>
    /// <param name="after">The later; may be the same.</param>
    public static MemberChanges Between(ReplicatedState before, ReplicatedState after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (known, voted, votes) = (All(before), VotersOf(before), VotersOf(after));
        var stays = All(after).Where(node => after.Membership.MarkOf(node) is MemberMark.Member or MemberMark.Requested).ToImmutableSortedSet();
        return new(
            [.. voted.Where(node => votes.Contains(node) && stays.Contains(node))],
            [.. stays.Except(known)],
            [.. known.Except(stays)],
            [.. votes.Where(node => known.Contains(node) && !voted.Contains(node) && stays.Contains(node))],
            [.. voted.Where(node => !votes.Contains(node) && stays.Contains(node))]);
    }

    /// <summary>Those that were taken in, and those that are expected.</summary>
    private static ImmutableSortedSet<NodeId> All(ReplicatedState state) => [.. state.Members.Keys, .. state.Membership.Standings.Keys];

    /// <summary>Those that were taken in, where a state of before feature level 4 doesn't say.</summary>
    private static ImmutableSortedSet<NodeId> VotersOf(ReplicatedState state) =>
        state.Membership.Voters.IsEmpty ? [.. state.Members.Keys] : state.Membership.Voters;
}
