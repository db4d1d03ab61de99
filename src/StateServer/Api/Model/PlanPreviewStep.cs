using System.Collections.Immutable;

namespace StateServer.Api.Model;

/// <summary>One step that the planner would take.</summary>
/// <param name="Action">What would be done, in one line.</param>
/// <param name="Reasons">Why so, a line each.</param>
internal sealed record PlanPreviewStep(string Action, ImmutableArray<string> Reasons);
