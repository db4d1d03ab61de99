namespace StateServer.Domain.Identity;

/// <summary>Names one data folder: random, made at a member's first start, so that a known member with an emptied disk is told apart.</summary>
/// <param name="Value">The raw number; zero means "none" and is never minted.</param>
public readonly record struct FolderId(ulong Value) : IComparable<FolderId>
{
    /// <summary>True for the zero value, which names nothing.</summary>
    public bool IsNone => Value == 0;

    /// <inheritdoc/>
    public int CompareTo(FolderId other) => Value.CompareTo(other.Value);

    /// <summary>The decimal form, as it appears in json and on command lines.</summary>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
