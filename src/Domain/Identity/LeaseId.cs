namespace StateServer.Domain.Identity;

/// <summary>Names a lease; chosen by the client or by the proposer, never zero.</summary>
/// <param name="Value">The raw number; zero means "none" and is never minted.</param>
public readonly record struct LeaseId(long Value) : IComparable<LeaseId>
{
    /// <summary>True for the zero value, which names nothing.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(LeaseId other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
