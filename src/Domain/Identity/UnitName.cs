namespace StateServer.Domain.Identity;

/// <summary>Names one unit of a service, such as <c>web/0</c>; a number is never used again while the service exists.</summary>
/// <param name="Service">The service.</param>
/// <param name="Number">From 0 on.</param>
public readonly record struct UnitName(ServiceName Service, int Number) : IComparable<UnitName>
{
    /// <inheritdoc/>
    public int CompareTo(UnitName other) =>
        Service.CompareTo(other.Service) is not 0 and var order ? order : Number.CompareTo(other.Number);

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Service}/{Number}");
}
