namespace StateServer.Environments;

/// <summary>One key of a mapping in a yaml file, with its value.</summary>
/// <param name="Key">The key.</param>
/// <param name="Line">The key's line, from 1 on.</param>
/// <param name="Value">The value.</param>
internal sealed record FileEntry(string Key, int Line, FileNode Value)
{
    /// <summary>The longest key that is shown.</summary>
    private const int MostShown = 32;

    /// <summary>A key for a message. What isn't written like one isn't shown: in <c>{secret-key:abc}</c> all of it is the key.</summary>
    public static string Shown(string key) =>
        key.Length is > 0 and <= MostShown && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            ? $"'{key}'"
            : "of this form (it isn't shown: a space may be missing after a colon)";
}
