namespace StateServer.Environments;

/// <summary>A path in a file of settings: absolute, or below this user's folder by <c>~/</c>, which no shell expands there.</summary>
internal static class HomePath
{
    /// <summary>Expands it.</summary>
    /// <returns>Null, or what would be right.</returns>
    public static string? TryExpand(string text, out string? path)
    {
        string expanded = text.StartsWith("~/", StringComparison.Ordinal)
            ? Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify),
                text[2..].TrimStart('/'))
            : text;
        bool right = Path.IsPathRooted(expanded) && !expanded.Any(char.IsControl);
        path = right ? Path.GetFullPath(expanded) : null;
        return right ? null : "give an absolute path, or one that begins with ~/";
    }
}
