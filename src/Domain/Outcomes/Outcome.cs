namespace StateServer.Domain.Outcomes;

/// <summary>What became of a command: a value, never an exception. A <see cref="Rejection"/> changed nothing.</summary>
public abstract record Outcome;
