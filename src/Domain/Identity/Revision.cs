namespace StateServer.Domain.Identity;

/// <summary>A main revision of the keyspace, counted as etcd counts: one a transaction that writes; the empty keyspace is at 1.</summary>
/// <param name="Value">The raw number; zero means "none" and is never minted.</param>
public readonly record struct Revision(long Value) : IComparable<Revision>
{
    /// <summary>True for the zero value, which names nothing.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(Revision other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
