using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Membership;

/// <summary>
/// An intent to change who votes, persisted before its first change, so that whoever leads carries it on. What is done of it is
/// never written down: the voters tell it.
/// </summary>
/// <param name="Id">From 1 on; never used again in a cluster.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Promote">Who gets a vote, in this order; none twice.</param>
/// <param name="Remove">Who loses it, in this order; none twice.</param>
/// <param name="PromoteFirst">Whether votes are given before votes are taken.</param>
/// <param name="Undoing">Whether it is being taken back: the same changes, the other way round.</param>
/// <param name="Reason">Why, in one line; why it is undone, once it is.</param>
/// <param name="SinceMilliseconds">When it began, replicated Unix time.</param>
public sealed record MembershipOperation(
    long Id,
    OperationKind Kind,
    ImmutableArray<NodeId> Promote,
    ImmutableArray<NodeId> Remove,
    bool PromoteFirst,
    bool Undoing,
    string Reason,
    long SinceMilliseconds)
{
    /// <summary>Whether a member takes part in it.</summary>
    public bool Names(NodeId node) => Promote.Contains(node) || Remove.Contains(node);

    /// <summary>Whether none of its changes is in force: it can be ended without a trace.</summary>
    public bool IsUntouched(ImmutableSortedSet<NodeId> voters) => !Promote.Any(voters.Contains) && Remove.All(voters.Contains);

    /// <summary>Whether there is nothing left to do, forward or back.</summary>
    public bool IsOver(ImmutableSortedSet<NodeId> voters) => NextChange(voters) is null;

    /// <summary>
    /// The change that is next; null where it is over. Back goes in the opposite order: what was done last is undone first.
    /// </summary>
    public VoteChange? NextChange(ImmutableSortedSet<NodeId> voters)
    {
        if (!Undoing)
        {
            return PromoteFirst
                ? Promotion(Promote, voters) ?? Removal(Remove, voters)
                : Removal(Remove, voters) ?? Promotion(Promote, voters);
        }

        return PromoteFirst
            ? Promotion(Reversed(Remove), voters) ?? Removal(Reversed(Promote), voters)
            : Removal(Reversed(Promote), voters) ?? Promotion(Reversed(Remove), voters);
    }

    private static IEnumerable<NodeId> Reversed(ImmutableArray<NodeId> nodes) => nodes.AsEnumerable().Reverse();

    private static VoteChange? Promotion(IEnumerable<NodeId> nodes, ImmutableSortedSet<NodeId> voters)
    {
        foreach (var node in nodes)
        {
            if (!voters.Contains(node))
            {
                return new VoteChange(VoteChangeKind.Promote, node);
            }
        }

        return null;
    }

    private static VoteChange? Removal(IEnumerable<NodeId> nodes, ImmutableSortedSet<NodeId> voters)
    {
        foreach (var node in nodes)
        {
            if (voters.Contains(node))
            {
                return new VoteChange(VoteChangeKind.Remove, node);
            }
        }

        return null;
    }
}
