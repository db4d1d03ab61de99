namespace StateServer.Domain.Identity;

/// <summary>Names one member for ever: a random non-zero number minted once, never reused and never an address.</summary>
/// <param name="Value">The raw number; zero means "none" and is never minted.</param>
public readonly record struct NodeId(ulong Value) : IComparable<NodeId>
{
    /// <summary>True for the zero value, which names nothing.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(NodeId other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
