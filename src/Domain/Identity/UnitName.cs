namespace StateServer.Domain.Identity;

/// <summary>Names one unit of a service, such as <c>web/0</c>; a number is never used again while the service exists.</summary>
/// <param name="Service">The service.</param>
/// <param name="Number">From 0 on.</param>
public readonly record struct UnitName(ServiceName Service, int Number) : IComparable<UnitName>
{
    /// <summary>Reads such as <c>web/0</c>.</summary>
    /// <returns>Null, or in one line what was wrong and what would be right.</returns>
    public static string? TryParse(string text, out UnitName name)
    {
        int slash = text.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0
            && ServiceName.TryParse(text[..slash], out ServiceName service) is null
            && MachineId.TryParseNumber(text[(slash + 1)..], out int number))
        {
            name = new UnitName(service, number);
            return null;
        }

        name = default;
        return $"invalid unit name {Quoted.Text(text)}; give a service, a slash and a number, such as web/0";
    }

    /// <inheritdoc/>
    public int CompareTo(UnitName other) =>
        Service.CompareTo(other.Service) is not 0 and var order ? order : Number.CompareTo(other.Number);

    /// <inheritdoc/>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Service}/{Number}");
}
