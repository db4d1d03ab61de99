namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>What a leader hears of another member, in its term.</summary>
/// <param name="IsHeard">True where it has answered in this term.</param>
/// <param name="SilentForMilliseconds">Since it answered last, by the monotonic clock; since the term's beginning where it didn't.</param>
/// <param name="IsCaughtUp">True where the consensus would promote it, or let it lead, now: it has all of the last round, acknowledged within two heartbeats.</param>
/// <param name="LearnedShare">How much of the log it has, 0 to 1.</param>
/// <param name="IsSlow">True where its disk stalls, or where it has been behind for minutes.</param>
public sealed record PeerSight(bool IsHeard, long SilentForMilliseconds, bool IsCaughtUp, double LearnedShare, bool IsSlow);
