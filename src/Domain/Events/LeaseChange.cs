using StateServer.Domain.Leases;

namespace StateServer.Domain.Events;

/// <summary>A lease was made, or ended.</summary>
/// <param name="Lease">The lease.</param>
/// <param name="IsEnd">True where it was revoked or expired, with its keys.</param>
public readonly record struct LeaseChange(LeaseRecord Lease, bool IsEnd);
