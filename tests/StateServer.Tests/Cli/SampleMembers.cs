using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.StateServer.Tests.Reports;

namespace StateServer.StateServer.Tests.Cli;

/// <summary>States of clusters whose members the verbs' tests ask about: three that vote, or one of them alone.</summary>
internal static class SampleMembers
{
    public static readonly NodeId First = SampleCluster.Ids[0], Second = SampleCluster.Ids[1], Third = SampleCluster.Ids[2];

    public static ReplicatedState Full() => ReplicatedState.Empty with
    {
        FeatureLevel = 4,
        Members = SampleCluster.Registered,
        Membership = MembershipState.Empty with { Voters = [First, Second, Third] },
    };

    public static ReplicatedState Alone() => Full() with
    {
        Members = SampleCluster.Registered.Remove(Second).Remove(Third),
        Membership = MembershipState.Empty with { Voters = [First] },
    };

    public static ReplicatedState Voting(ReplicatedState state) => state with
    {
        Members = SampleCluster.Registered,
        Membership = state.Membership with { Voters = [First, Second, Third], Standings = Standings() },
    };

    public static ImmutableSortedDictionary<NodeId, MemberStanding> Standings(params MemberStanding[] standings) =>
        standings.ToImmutableSortedDictionary(standing => standing.Id, standing => standing);

    public static MemberStanding Standing(NodeId id, MemberMark mark, string reason) =>
        new(id, SampleCluster.Registered.TryGetValue(id, out var record) ? record.Name : $"member-{id}", null, new Zone("local-c"), null, mark, reason, 0, 0);
}
