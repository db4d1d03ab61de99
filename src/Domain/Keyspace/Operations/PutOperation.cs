using StateServer.Domain.Identity;

namespace StateServer.Domain.Keyspace.Operations;

/// <summary>Writes one key.</summary>
/// <param name="Key">The key; not empty, not under the reserved prefix.</param>
/// <param name="Value">The value; ignored where <paramref name="IgnoreValue"/> is set.</param>
/// <param name="Lease">The lease to attach the key to, or none.</param>
/// <param name="ReturnPrevious">Return the version that was there.</param>
/// <param name="IgnoreValue">Keep the value that is there; the key must exist.</param>
/// <param name="IgnoreLease">Keep the lease that is there; the key must exist.</param>
public sealed record PutOperation(
    Key Key,
    ReadOnlyMemory<byte> Value,
    LeaseId Lease = default,
    bool ReturnPrevious = false,
    bool IgnoreValue = false,
    bool IgnoreLease = false) : Operation;
