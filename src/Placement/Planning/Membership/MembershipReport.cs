using System.Collections.Immutable;

namespace StateServer.Placement.Planning.Membership;

/// <summary>Why a step of the membership is what it is. Immutable.</summary>
/// <param name="Decisions">In the order they were taken; one that chose nothing says what is awaited.</param>
/// <param name="Stopped">Why nothing is healed by itself, in one line; empty where it is.</param>
/// <param name="Guards">The guards that held something back at this look, by name: <c>rate</c>, <c>paused</c>, <c>contradiction</c>, <c>restored</c>, <c>quorum</c>.</param>
public sealed record MembershipReport(ImmutableArray<MemberDecision> Decisions, string Stopped, ImmutableSortedSet<string> Guards)
{
    /// <summary>Nothing was considered.</summary>
    public static MembershipReport Nothing { get; } = new([], "", []);
}
