using StateServer.Domain.Identity;

namespace StateServer.Domain.Keyspace.Versions;

/// <summary>A key attached to a lease.</summary>
internal readonly record struct LeasedKey(LeaseId Lease, Key Key);
