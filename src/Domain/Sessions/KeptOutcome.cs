using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Sessions;

/// <summary>A request that was executed, and what came of it.</summary>
/// <param name="Sequence">The request's number in its session.</param>
/// <param name="Outcome">The outcome; null where it was too large to keep.</param>
internal readonly record struct KeptOutcome(long Sequence, Outcome? Outcome);
