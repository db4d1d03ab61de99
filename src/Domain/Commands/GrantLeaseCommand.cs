using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>Makes a lease that keys can be attached to.</summary>
/// <param name="Lease">The id; refused where it exists.</param>
/// <param name="TimeToLiveSeconds">From 1 to 9,000,000,000, as etcd bounds it.</param>
public sealed record GrantLeaseCommand(LeaseId Lease, long TimeToLiveSeconds) : Command;
