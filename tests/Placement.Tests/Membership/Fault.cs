namespace StateServer.Placement.Tests.Membership;

/// <summary>Something that happens in a schedule.</summary>
/// <param name="Round">When: the round of half a second.</param>
/// <param name="Kind">What.</param>
/// <param name="Which">Chooses among those it may happen to, whatever their number is by then.</param>
internal sealed record Fault(int Round, FaultKind Kind, int Which);
