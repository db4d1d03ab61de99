using System.Collections.Immutable;

namespace StateServer.Api.Model;

/// <summary>What the planner would do.</summary>
/// <param name="Steps">In the order in which they would be taken.</param>
/// <param name="Awaited">Why something would not happen yet, a line each.</param>
internal sealed record PlanPreview(ImmutableArray<PlanPreviewStep> Steps, ImmutableArray<string> Awaited);
