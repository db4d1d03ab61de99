using StateServer.Domain.Identity;

namespace StateServer.Domain.Leases;

/// <summary>What the replicated state knows of one lease. Immutable.</summary>
/// <param name="Id">The lease.</param>
/// <param name="TimeToLiveSeconds">The time to live it was granted with.</param>
/// <param name="GrantedAtMilliseconds">The replicated time of the grant, Unix milliseconds.</param>
public sealed record LeaseRecord(LeaseId Id, long TimeToLiveSeconds, long GrantedAtMilliseconds);
