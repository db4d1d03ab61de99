namespace StateServer.Chaos.Runs;

/// <summary>One kind of fault over a campaign.</summary>
/// <param name="Fault">Its name.</param>
/// <param name="Injected">How often it was injected.</param>
/// <param name="TookEffect">How often it was seen to take effect.</param>
/// <param name="LongestOutageSeconds">The longest time without an acknowledged write, from its begin to the next fault's.</param>
internal sealed record FaultKindSummary(string Fault, int Injected, int TookEffect, double LongestOutageSeconds);
