namespace StateServer.Domain.Keyspace;

/// <summary>A key: any bytes, ordered byte by byte. Immutable; the array handed over must not be changed afterwards.</summary>
public readonly struct Key : IEquatable<Key>, IComparable<Key>
{
    private readonly byte[]? _bytes;

    /// <summary>Wraps <paramref name="bytes"/> without copying.</summary>
    public Key(byte[] bytes) => _bytes = bytes;

    /// <summary>The key's bytes.</summary>
    public ReadOnlySpan<byte> Span => _bytes;

    /// <summary>The key's bytes, for handing on without a copy.</summary>
    public ReadOnlyMemory<byte> Memory => _bytes;

    /// <summary>The number of bytes.</summary>
    public int Length => _bytes?.Length ?? 0;

    /// <summary>True for the key without bytes, which no writer may use.</summary>
    public bool IsEmpty => Length == 0;

    /// <inheritdoc/>
    public int CompareTo(Key other) => Span.SequenceCompareTo(other.Span);

    /// <inheritdoc/>
    public bool Equals(Key other) => Span.SequenceEqual(other.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Key other && Equals(other);

    /// <summary>A hash that is stable within one process only.</summary>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Span);
        return hash.ToHashCode();
    }

    /// <summary>The bytes read as UTF-8, for messages.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(Span);

    /// <summary>Equality by bytes.</summary>
    public static bool operator ==(Key left, Key right) => left.Equals(right);

    /// <summary>Inequality by bytes.</summary>
    public static bool operator !=(Key left, Key right) => !left.Equals(right);

    /// <summary>Order by bytes.</summary>
    public static bool operator <(Key left, Key right) => left.CompareTo(right) < 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator <=(Key left, Key right) => left.CompareTo(right) <= 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator >(Key left, Key right) => left.CompareTo(right) > 0;

    /// <summary>Order by bytes.</summary>
    public static bool operator >=(Key left, Key right) => left.CompareTo(right) >= 0;
}
