namespace StateServer.Consensus.Leases;

/// <summary>What the leader says of one lease.</summary>
/// <param name="GrantedSeconds">The time to live that it was granted with; at least 1.</param>
/// <param name="Remaining">What was left when the leader looked; zero where it ran out and is about to be ended.</param>
/// <param name="Index">What the leader had applied then: who has applied that much sees the lease's keys at least as new.</param>
public readonly record struct LeaseTime(long GrantedSeconds, TimeSpan Remaining, long Index);
