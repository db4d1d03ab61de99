using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Membership;

/// <summary>All that a step of the membership is chosen from, gathered before: the same input gives the same step. Immutable.</summary>
/// <param name="Membership">Target, voters, standings and the operation, at one index.</param>
/// <param name="Members">The registered members at that index.</param>
/// <param name="Model">The model at that index.</param>
/// <param name="Zones">The zones that the provider lists; empty while they were never listed in this term.</param>
/// <param name="Leader">This member, which leads.</param>
/// <param name="Contact">What the leader knows of members; one that isn't in it was never heard.</param>
/// <param name="Times">The times to judge by.</param>
/// <param name="UsableForMilliseconds">How long each zone has been seen usable without a gap, in this term.</param>
/// <param name="Refused">Members whose last vote change the consensus refused, in this term and this operation.</param>
/// <param name="TermAgeMilliseconds">How long this member has led.</param>
/// <param name="NowMilliseconds">Replicated Unix time.</param>
public sealed record MembershipInput(
    MembershipState Membership,
    ImmutableSortedDictionary<NodeId, MemberRecord> Members,
    ModelState Model,
    ImmutableArray<ZoneSight> Zones,
    NodeId Leader,
    ImmutableSortedDictionary<NodeId, MemberContact> Contact,
    MembershipTimes Times,
    ImmutableSortedDictionary<Zone, long> UsableForMilliseconds,
    ImmutableSortedSet<NodeId> Refused,
    long TermAgeMilliseconds,
    long NowMilliseconds)
{
    /// <summary>What people call a member; its id where nobody knows better.</summary>
    public string NameOf(NodeId node) => Members.GetValueOrDefault(node)?.Name
        ?? Membership.Standings.GetValueOrDefault(node)?.Name
        ?? node.ToString();
}
