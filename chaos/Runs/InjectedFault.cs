namespace StateServer.Chaos.Runs;

/// <summary>One fault of a run, as it went.</summary>
/// <param name="AtSecond">Seconds since the first fault.</param>
/// <param name="Fault">Its name.</param>
/// <param name="TookEffect">Whether it was seen to take effect.</param>
/// <param name="Detail">Whom it hit.</param>
/// <param name="OutageSeconds">The longest time without an acknowledged write during it and until the next fault.</param>
/// <param name="Beside">The fault that was in force at the same time; null mostly.</param>
internal sealed record InjectedFault(double AtSecond, string Fault, bool TookEffect, string Detail, double OutageSeconds, string? Beside = null);
