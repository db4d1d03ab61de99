namespace StateServer.Chaos.Faults;

/// <summary>A member outlived what it must not outlive: a violation, not a fault that missed.</summary>
internal sealed class FaultSurvivedException(string message) : Exception(message);
