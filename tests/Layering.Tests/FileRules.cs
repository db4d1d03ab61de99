using System.Text.RegularExpressions;

namespace StateServer.Layering.Tests;

/// <summary>A file holds one type and has its name, its folder is its namespace, it fits in the head, and nothing is called by a word that says nothing.</summary>
internal static partial class FileRules
{
    private const int MostLines = 400;

    private static readonly string[] EmptyWords = ["Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Common"];

    /// <summary>What is wrong with a file of src or chaos.</summary>
    /// <param name="path">From the repository's root, with slashes.</param>
    /// <param name="source">Its text.</param>
    public static IEnumerable<string> Errors(string path, string source)
    {
        int lines = source.AsSpan().TrimEnd('\n').Count('\n') + 1;
        if (lines > MostLines)
        {
            yield return $"{path}: {lines} lines, at most {MostLines}";
        }

        foreach (string name in path.Split('/').Skip(1).Select(Path.GetFileNameWithoutExtension).OfType<string>())
        {
            if (Word().Matches(name).Select(m => m.Value).Any(EmptyWords.Contains))
            {
                yield return $"{path}: '{name}' says nothing; name what it holds";
            }
        }

        string stem = Path.GetFileName(path).Split('.')[0];
        if (stem == "Program")
        {
            yield break;
        }

        string code = CodeText.Of(source);
        string[] types = [.. TopLevelType().Matches(code).Select(m => m.Groups["name"].Value).Distinct()];
        if (types is not [var only] || only != stem)
        {
            yield return $"{path}: declares {(types.Length == 0 ? "no type" : string.Join(", ", types))}; it should declare {stem} alone";
        }

        string expected = ExpectedNamespace(path);
        string? actual = Namespace().Match(code) is { Success: true } match ? match.Groups["name"].Value : null;
        if (actual != expected)
        {
            yield return $"{path}: namespace {actual ?? "(none)"}; its folder says {expected}";
        }
    }

    /// <summary>The namespace of a path such as <c>src/Domain/Keyspace/Key.cs</c> or <c>chaos/Runs/RunPlan.cs</c>. The executable's is StateServer itself.</summary>
    private static string ExpectedNamespace(string path)
    {
        string[] parts = path.Split('/');
        IEnumerable<string> folders = parts.Skip(parts[1] == "StateServer" ? 2 : 1).SkipLast(1);
        return string.Join('.', folders.Prepend(parts[0] == "chaos" ? "StateServer.Chaos" : "StateServer"));
    }

    /// <summary>A word of a name in PascalCase.</summary>
    [GeneratedRegex("[A-Z][a-z0-9]*")]
    private static partial Regex Word();

    /// <summary>A type declared at the beginning of a line: with file-scoped namespaces, a type that no other contains.</summary>
    [GeneratedRegex(@"^(?:(?:public|internal|file|sealed|abstract|static|partial|readonly|unsafe|ref)\s+)*(?:class|interface|enum|struct|record(?:\s+(?:class|struct))?|delegate\s+[\w<>\[\]?,. ]+?)\s+(?<name>\w+)", RegexOptions.Multiline)]
    private static partial Regex TopLevelType();

    [GeneratedRegex(@"^namespace\s+(?<name>[\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Namespace();
}
