namespace StateServer.Domain.Identity;

/// <summary>
/// Names one request of one session, so that a retry after an unknown outcome is answered with the first outcome
/// instead of being executed again (Raft dissertation, §6.3).
/// </summary>
/// <param name="Session">The session that an <c>OpenSessionCommand</c> made.</param>
/// <param name="Sequence">The request's number in its session, from 1, never used for two different requests.</param>
/// <param name="LowestUnanswered">The lowest sequence whose answer the client has not seen: outcomes below it are forgotten.</param>
public readonly record struct RequestId(SessionId Session, long Sequence, long LowestUnanswered);
