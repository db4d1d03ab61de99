using StateServer.Domain.Identity;

namespace StateServer.Domain.Keyspace;

/// <summary>One version of one key. Immutable; shared by every state that holds it.</summary>
/// <param name="Key">The key.</param>
/// <param name="Value">The value's bytes; never changed after construction.</param>
/// <param name="CreateRevision">The main revision of the last creation.</param>
/// <param name="ModRevision">The main revision of this version.</param>
/// <param name="Version">1 at creation, one more a change.</param>
/// <param name="Lease">The lease that the key is attached to, or none.</param>
public sealed record KeyValue(
    Key Key,
    ReadOnlyMemory<byte> Value,
    Revision CreateRevision,
    Revision ModRevision,
    long Version,
    LeaseId Lease);
