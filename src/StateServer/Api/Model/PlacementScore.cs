namespace StateServer.Api.Model;

/// <summary>What one rule gave a candidate.</summary>
/// <param name="Rule">The rule's name.</param>
/// <param name="Value">Less is better.</param>
internal sealed record PlacementScore(string Rule, long Value);
