using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Reports;

/// <summary>One zone in one decision.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Group">The group's population in it before the decision, reservations counted: the first score, least is best.</param>
/// <param name="Machines">All machines in it before the decision, reservations counted: the second score, least is best.</param>
/// <param name="Rule">The rule that filtered it out; null where it was a candidate.</param>
/// <param name="Reason">Why, in one line; null where it was a candidate.</param>
public readonly record struct ZoneConsidered(Zone Zone, int Group, int Machines, string? Rule, string? Reason);
