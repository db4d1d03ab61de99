namespace StateServer.Health;

/// <summary>What one named check found.</summary>
/// <param name="Name">Such as <c>linearizable_read</c>.</param>
/// <param name="Reason">Null where all is well, otherwise why not, in one line.</param>
internal readonly record struct HealthCheckOutcome(string Name, string? Reason);
