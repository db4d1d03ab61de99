namespace StateServer.Consensus.Leases;

/// <summary>The leader's answer to one <see cref="LeaseQuestion"/>.</summary>
/// <param name="Verdict">What became of it.</param>
/// <param name="Time">What the lease has, where it is there.</param>
internal readonly record struct LeaseAnswer(LeaseVerdict Verdict, LeaseTime Time);
