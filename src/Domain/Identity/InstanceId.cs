namespace StateServer.Domain.Identity;

/// <summary>A provider's own name of what it launched, such as <c>i-0abc</c>; compared ordinally.</summary>
/// <param name="Name">As the provider spells it; not empty.</param>
public readonly record struct InstanceId(string Name) : IComparable<InstanceId>
{
    /// <inheritdoc/>
    public int CompareTo(InstanceId other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
