namespace StateServer.Placement.Planning.Reports;

/// <summary>A rule said no.</summary>
/// <param name="Rule">Its name.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record Refusal(string Rule, string Reason);
