using System.Text;
using System.Text.RegularExpressions;

namespace StateServer.Layering.Tests;

/// <summary>C# source without what is no code: comments, and what stands in quotes.</summary>
internal static partial class CodeText
{
    /// <summary>The code, line for line.</summary>
    public static string Of(string source)
    {
        var code = new StringBuilder(source.Length);
        int at = 0;
        foreach (Match match in NoCode().Matches(source))
        {
            code.Append(source, at, match.Index - at);
            code.Append(match.Value.StartsWith('/') ? " " : "\"\"");
            code.Append('\n', match.Value.Count(c => c == '\n'));
            at = match.Index + match.Length;
        }

        return code.Append(source, at, source.Length - at).ToString();
    }

    /// <summary>The words of the code: identifiers and keywords.</summary>
    public static IEnumerable<string> Words(string source) => Word().Matches(Of(source)).Select(m => m.Value);

    [GeneratedRegex("""
        (?s://[^\n]*|/\*.*?\*/|\"{3,}.*?\"{3,}|[$]?@[$]?"(?:[^"]|"")*"|[$]?"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+')
        """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex NoCode();

    [GeneratedRegex(@"[\p{L}_][\p{L}\p{Nd}_]*")]
    private static partial Regex Word();
}
