using System.Text;

namespace StateServer.Domain.Identity;

/// <summary>Another's text inside a message of one line: in double quotes, escaped, and cut where it is long.</summary>
public static class Quoted
{
    /// <summary>Most characters that are shown: enough to recognise what was typed, and a line stays a line.</summary>
    public const int MostCharacters = 100;

    /// <summary>The text in double quotes.</summary>
    public static string Text(string text) => $"\"{Plain(text, quotes: true)}\"";

    /// <summary>The text without quotes around it, for messages whose wording has none.</summary>
    public static string Bare(string text) => Plain(text, quotes: false);

    private static string Plain(string text, bool quotes)
    {
        var plain = new StringBuilder();
        foreach (char c in text.AsSpan(0, Math.Min(text.Length, MostCharacters)))
        {
            _ = c switch
            {
                '\n' => plain.Append(@"\n"),
                '\r' => plain.Append(@"\r"),
                '\t' => plain.Append(@"\t"),
                '"' when quotes => plain.Append("\\\""),
                '\\' when quotes => plain.Append(@"\\"),
                _ when IsUnprintable(c) => plain.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => plain.Append(c),
            };
        }

        return text.Length > MostCharacters ? plain.Append('…').ToString() : plain.ToString();
    }

    /// <summary>Control characters, line and paragraph separators, and halves of surrogate pairs (a cut may leave one).</summary>
    private static bool IsUnprintable(char c) => char.IsControl(c) || char.IsSurrogate(c) || c is '\u2028' or '\u2029';
}
