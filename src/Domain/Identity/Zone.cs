namespace StateServer.Domain.Identity;

/// <summary>An availability zone's name, such as <c>local-a</c>.</summary>
/// <param name="Name">The provider's name of the zone, 1 to 64 letters, digits, dots, dashes or underscores; compared ordinally.</param>
public readonly record struct Zone(string Name) : IComparable<Zone>
{
    /// <summary>Most characters; the clouds' own names have 20 or so.</summary>
    public const int MostCharacters = 64;

    /// <summary>Reads a name that a user gave. Whether there is such a zone, only the provider knows.</summary>
    /// <returns>Null, or in one line what was wrong and what would be right.</returns>
    public static string? TryParse(string text, out Zone zone)
    {
        bool right = text.Length is > 0 and <= MostCharacters
            && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_');
        zone = right ? new Zone(text) : default;
        return right
            ? null
            : $"invalid availability zone {Quoted.Text(text)}; give 1 to {MostCharacters} letters, digits, dots, dashes or underscores, such as local-a";
    }

    /// <inheritdoc/>
    public int CompareTo(Zone other) => string.CompareOrdinal(Name, other.Name);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
