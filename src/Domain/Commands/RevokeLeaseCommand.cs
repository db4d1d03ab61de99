using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>Ends a lease and deletes the keys attached to it, all at one revision.</summary>
/// <param name="Lease">The lease.</param>
public sealed record RevokeLeaseCommand(LeaseId Lease) : Command;
