namespace StateServer.Domain.Identity;

/// <summary>An availability zone's name, such as <c>local-a</c>.</summary>
/// <param name="Name">The provider's name of the zone; compared ordinally.</param>
public readonly record struct Zone(string Name) : IComparable<Zone>
{
    /// <inheritdoc/>
    public int CompareTo(Zone other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
