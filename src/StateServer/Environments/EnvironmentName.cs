using StateServer.Domain.Identity;

namespace StateServer.Environments;

/// <summary>What an environment may be called. Files are named after it.</summary>
internal static class EnvironmentName
{
    /// <summary>Most characters.</summary>
    public const int MostCharacters = 64;

    /// <summary>Judges a name.</summary>
    /// <returns>Null, or in one line what was wrong and what would be right.</returns>
    public static string? Error(string name) =>
        name.Length is > 0 and <= MostCharacters
        && char.IsAsciiLetterOrDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')
            ? null
            : $"invalid environment name {Quoted.Text(name)}; give 1 to {MostCharacters} letters, digits, dots, dashes or underscores, a letter or digit first";
}
