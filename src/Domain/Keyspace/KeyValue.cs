using System.Runtime.InteropServices;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Keyspace;

/// <summary>One version of one key. Immutable; shared by every state that holds it.</summary>
public sealed record KeyValue
{
    private readonly byte[] _value;

    /// <summary>Makes a version. Bytes that fill their array are kept, not copied: they must not be changed afterwards.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value's bytes.</param>
    /// <param name="createRevision">The main revision of the last creation.</param>
    /// <param name="modRevision">The main revision of this version.</param>
    /// <param name="version">1 at creation, one more a change; 0 for a deletion.</param>
    /// <param name="lease">The lease that the key is attached to, or none.</param>
    public KeyValue(
        Key key,
        ReadOnlyMemory<byte> value,
        Revision createRevision,
        Revision modRevision,
        long version,
        LeaseId lease)
    {
        Key = key;
        _value = ExactArray(value);
        CreateRevision = createRevision;
        ModRevision = modRevision;
        Version = version;
        Lease = lease;
    }

    /// <summary>The key.</summary>
    public Key Key { get; }

    /// <summary>The value's bytes.</summary>
    public ReadOnlyMemory<byte> Value => _value;

    /// <summary>The main revision of the last creation; none for a deletion.</summary>
    public Revision CreateRevision { get; }

    /// <summary>The main revision of this version.</summary>
    public Revision ModRevision { get; }

    /// <summary>1 at creation, one more a change; 0 for a deletion.</summary>
    public long Version { get; }

    /// <summary>The lease that the key is attached to, or none.</summary>
    public LeaseId Lease { get; }

    /// <summary>The place of this change among those of its revision, from 0.</summary>
    public int SubRevision { get; init; }

    /// <summary>True for the mark that a deletion leaves in the history; reads never return one.</summary>
    public bool IsTombstone => Version == 0;

    /// <summary>Bytes of key and value.</summary>
    internal int SizeBytes => Key.Length + _value.Length;

    /// <summary>Equal in every field, bytes compared by content.</summary>
    public bool Equals(KeyValue? other) =>
        ReferenceEquals(this, other) ||
        (other is not null &&
         Key == other.Key &&
         CreateRevision == other.CreateRevision &&
         ModRevision == other.ModRevision &&
         SubRevision == other.SubRevision &&
         Version == other.Version &&
         Lease == other.Lease &&
         _value.AsSpan().SequenceEqual(other._value));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, ModRevision, SubRevision);

    private static byte[] ExactArray(ReadOnlyMemory<byte> value) =>
        MemoryMarshal.TryGetArray(value, out var segment) &&
        segment.Array is { } array &&
        segment.Count == array.Length
            ? array
            : value.ToArray();
}
