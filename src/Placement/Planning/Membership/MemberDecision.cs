using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning.Membership;

/// <summary>One decision on the members.</summary>
/// <param name="Member">The member it is about; null where it is about the whole.</param>
/// <param name="Zones">The zones considered, by name; empty where none had to be chosen.</param>
/// <param name="Chosen">What is done, in one line; empty where nothing is.</param>
/// <param name="Awaits">Why nothing is done and what is awaited, in one line; empty where something is done.</param>
public sealed record MemberDecision(NodeId? Member, ImmutableArray<ZoneConsidered> Zones, string Chosen, string Awaits);
