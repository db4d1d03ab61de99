using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>
/// Ends a lease whose time ran out by the clock of the leader of <paramref name="Term"/>, and deletes its keys at one revision.
/// In an entry of any other term it is rejected: a later leader gave the lease its full time again, and judges by its own
/// clock. From feature level 2.
/// </summary>
/// <param name="Lease">The lease.</param>
/// <param name="Term">The term of the leader that judged; at least 1.</param>
public sealed record ExpireLeaseCommand(LeaseId Lease, long Term) : Command;
