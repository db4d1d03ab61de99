using System.Collections.Immutable;

namespace StateServer.Placement.Planning.Reports;

/// <summary>Why a plan is what it is. Immutable.</summary>
/// <param name="Decisions">In the order they were taken; one that chose nothing says what is awaited.</param>
/// <param name="Paused">Why moves of units are paused, in one line; empty where they aren't.</param>
/// <param name="LookAgainAtMilliseconds">When something changes by time alone, replicated Unix time; null where nothing does.</param>
/// <param name="IsCut">True where the limit of steps ended the plan and more is to be done.</param>
public sealed record PlanReport(ImmutableArray<Decision> Decisions, string Paused, long? LookAgainAtMilliseconds, bool IsCut);
