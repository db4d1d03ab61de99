using StateServer.Domain.Identity;

namespace StateServer.Consensus.Leases;

/// <summary>What a member asks the leader about one lease.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="Renews">True to give it its full time again, false to be told what is left.</param>
internal readonly record struct LeaseQuestion(LeaseId Lease, bool Renews);
