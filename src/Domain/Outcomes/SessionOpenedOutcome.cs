using StateServer.Domain.Identity;

namespace StateServer.Domain.Outcomes;

/// <summary>A session was opened.</summary>
/// <param name="Session">Its id.</param>
public sealed record SessionOpenedOutcome(SessionId Session) : Outcome;
