using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>The members as their leader sees them. What is replicated is of one index. Immutable.</summary>
/// <param name="Self">This member, which leads.</param>
/// <param name="Membership">Target, voters, standings and the operation.</param>
/// <param name="Members">The registered members.</param>
/// <param name="Model">The model.</param>
/// <param name="Peers">What is heard of the other members, voters and learners; one that isn't in it was never heard.</param>
/// <param name="IsSlow">True where this member's own disk stalls.</param>
/// <param name="TermAgeMilliseconds">How long this member has led, by its monotonic clock.</param>
/// <param name="NowMilliseconds">Replicated Unix time as it would be proposed now.</param>
public sealed record MembershipSight(
    NodeId Self,
    MembershipState Membership,
    ImmutableSortedDictionary<NodeId, MemberRecord> Members,
    ModelState Model,
    ImmutableSortedDictionary<NodeId, PeerSight> Peers,
    bool IsSlow,
    long TermAgeMilliseconds,
    long NowMilliseconds);
