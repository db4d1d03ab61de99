namespace StateServer.Domain.Identity;

/// <summary>A service's name, such as <c>web</c>: unique in the environment, compared ordinally.</summary>
/// <param name="Name">Small letters, digits and single hyphens, a letter first, at most 63 characters.</param>
public readonly record struct ServiceName(string Name) : IComparable<ServiceName>
{
    /// <summary>Most characters: a label of DNS, so that a unit can be named after it.</summary>
    public const int MostCharacters = 63;

    /// <summary>Reads a name.</summary>
    /// <returns>Null, or in one line what was wrong and what would be right.</returns>
    public static string? TryParse(string text, out ServiceName name)
    {
        bool right = text.Length is > 0 and <= MostCharacters
            && char.IsAsciiLetterLower(text[0])
            && text[^1] != '-'
            && !text.Contains("--", StringComparison.Ordinal)
            && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-');
        name = right ? new ServiceName(text) : default;
        return right
            ? null
            : $"invalid service name {Quoted.Text(text)}; give small letters, digits and single hyphens between them, a letter first, {MostCharacters} characters at most";
    }

    /// <inheritdoc/>
    public int CompareTo(ServiceName other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
