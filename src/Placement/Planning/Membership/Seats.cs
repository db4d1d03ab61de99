using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Placement.Planning.Membership;

/// <summary>
/// Who has a seat and who is new, whatever half of an operation is done: a growth or a swap is seen as it was before its first
/// change, a shrinking as it will be after its last. So nobody is asked for twice, and nobody is taken for surplus, in between.
/// </summary>
/// <param name="Seated">The members that count towards the target.</param>
/// <param name="Newcomers">Members without a seat that are neither lost nor leaving, oldest request first.</param>
/// <param name="Leftover">Members without a seat that are lost or leaving, by id.</param>
internal sealed record Seats(ImmutableSortedSet<NodeId> Seated, ImmutableArray<NodeId> Newcomers, ImmutableArray<NodeId> Leftover)
{
    public static Seats Of(MembershipState membership)
    {
        var seated = membership.Operation switch
        {
            null => membership.Voters,
            { Kind: OperationKind.Shrink } shrink => membership.Voters.Except(shrink.Remove),
            { } other => membership.Voters.Except(other.Promote).Union(other.Remove),
        };
        var others = membership.Standings.Values.Where(standing => !seated.Contains(standing.Id)).ToList();
        return new(
            seated,
            [
                .. others.Where(standing => standing.Mark is MemberMark.Requested or MemberMark.Member)
                    .OrderBy(standing => standing.SinceMilliseconds).ThenBy(standing => standing.Id).Select(standing => standing.Id),
            ],
            [.. others.Where(standing => standing.Mark is MemberMark.Lost or MemberMark.Leaving).Select(standing => standing.Id)]);
    }

    /// <summary>
    /// The seated members that are lost and are to have a replacement, lost first first: one that shrinking takes away needs none, but
    /// one whose vote a half-done swap has taken does, whatever the target: the swap can't end without.
    /// </summary>
    public ImmutableArray<NodeId> Lost(MembershipState membership)
    {
        var lost = Seated.Where(node => membership.MarkOf(node) == MemberMark.Lost)
            .OrderBy(node => membership.Standings[node].SinceMilliseconds).ThenBy(node => node).ToLookup(node => IsSwappedOut(membership, node));
        return [.. lost[true], .. lost[false].Skip(Math.Max(0, Seated.Count - membership.Target))];
    }

    /// <summary>The seated members that an operator wants to go, as far as the target needs another in their place.</summary>
    public ImmutableArray<NodeId> Leaving(MembershipState membership) => Seated.Count > membership.Target
        ? []
        : [.. Seated.Where(node => membership.MarkOf(node) == MemberMark.Leaving && !(membership.Operation is { Undoing: true } undone && undone.Remove.Contains(node)))];

    /// <summary>The newcomers that take a seated member's place.</summary>
    public IEnumerable<NodeId> ReplacementsOf(MembershipState membership, NodeId node) => Newcomers.Where(newcomer =>
        membership.Standings[newcomer].Replaces == node || (IsSwappedIn(membership, newcomer) && membership.Operation!.Remove.Contains(node)));

    /// <summary>The newcomers that take nobody's place, or the place of one that is seated and well again, or gone.</summary>
    public ImmutableArray<NodeId> Free(MembershipState membership) =>
    [
        .. Newcomers.Where(newcomer => !IsSwappedIn(membership, newcomer)
            && (membership.Standings[newcomer].Replaces is not { } replaced
                || !Seated.Contains(replaced)
                || membership.MarkOf(replaced) is not (MemberMark.Lost or MemberMark.Leaving))),
    ];

    private static bool IsSwappedOut(MembershipState membership, NodeId node) =>
        membership.Operation is { Kind: OperationKind.Swap, Undoing: false } swap && swap.Remove.Contains(node) && !membership.Voters.Contains(node);

    private static bool IsSwappedIn(MembershipState membership, NodeId newcomer) =>
        membership.Operation is { Kind: OperationKind.Swap, Undoing: false } swap && swap.Promote.Contains(newcomer);
}
