using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace StateServer.Layering.Tests;

/// <summary>
/// Planted bugs are in a build only where the property PlantedBug asks for one: nothing else defines their constants, and the
/// code knows them in conditions alone.
/// </summary>
internal static partial class PlantedRules
{
    private const string PropertyIsGiven = "'$(PlantedBug)' != ''";

    /// <summary>The names in PlantedBugs.props.</summary>
    public static IReadOnlyList<string> Names(string props) =>
        XDocument.Parse(props).Descendants("PlantedBugNames").Single().Value.Split(';', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The planted bugs that a source's conditions name.</summary>
    public static IEnumerable<string> Conditions(string source) => Condition().Matches(source).Select(m => m.Groups["name"].Value);

    /// <summary>What is wrong with a source of the product.</summary>
    /// <param name="path">From the repository's root.</param>
    /// <param name="source">Its text.</param>
    /// <param name="names">The bugs that there are.</param>
    public static IEnumerable<string> SourceErrors(string path, string source, IReadOnlyList<string> names)
    {
        if (Definition().IsMatch(source))
        {
            yield return $"{path}: defines a constant; planted bugs come from the build's property alone";
        }

        if (Condition().Count(source) != Mention().Count(source))
        {
            yield return $"{path}: mentions PLANTED_ elsewhere than in #if PLANTED_NAME or #if !PLANTED_NAME";
        }

        foreach (string unknown in Conditions(source).Except(names))
        {
            yield return $"{path}: there is no planted bug {unknown}";
        }
    }

    /// <summary>What is wrong with a file that the build reads: only PlantedBugs.props knows of them, and only where the property is given.</summary>
    public static IEnumerable<string> BuildErrors(string path, string text)
    {
        if (path != "PlantedBugs.props")
        {
            if (Mention().IsMatch(text) || text.Replace("PlantedBugs.props", "", StringComparison.Ordinal).Contains("PlantedBug", StringComparison.Ordinal))
            {
                yield return $"{path}: only PlantedBugs.props may plant a bug";
            }

            yield break;
        }

        foreach (XElement element in XDocument.Parse(text).Descendants())
        {
            if (element.Name == "PlantedBug")
            {
                yield return $"{path}: the property must come from the command line";
            }

            if (element.Name == "DefineConstants" && (string?)element.Parent!.Attribute("Condition") != PropertyIsGiven)
            {
                yield return $"{path}: a constant is defined without {PropertyIsGiven}";
            }
        }
    }

    [GeneratedRegex(@"^#if !?PLANTED_(?<name>\w+)\s*$", RegexOptions.Multiline)]
    private static partial Regex Condition();

    [GeneratedRegex("PLANTED_")]
    private static partial Regex Mention();

    [GeneratedRegex(@"^\s*#\s*define\b", RegexOptions.Multiline)]
    private static partial Regex Definition();
}
