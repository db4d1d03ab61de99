namespace StateServer.Domain.Identity;

/// <summary>A service's name, such as <c>web</c>: unique in the environment, compared ordinally.</summary>
/// <param name="Name">Small letters, digits and single hyphens, a letter first, at most 63 characters.</param>
public readonly record struct ServiceName(string Name) : IComparable<ServiceName>
{
    /// <inheritdoc/>
    public int CompareTo(ServiceName other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
