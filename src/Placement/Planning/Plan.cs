using System.Collections.Immutable;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;

namespace StateServer.Placement.Planning;

/// <summary>What is to be done next, in order, and why. It leaves no choice to whoever does it; immutable.</summary>
/// <param name="Steps">In order; each supposes that those before it were done. At most the caller's limit.</param>
/// <param name="Report">What was considered, also where nothing is done.</param>
public sealed record Plan(ImmutableArray<PlanStep> Steps, PlanReport Report);
