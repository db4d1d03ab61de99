using System.Xml.Linq;

namespace StateServer.Layering.Tests;

/// <summary>Who may know whom: DESIGN.md's arrows, read off the project files.</summary>
internal static class ProjectRules
{
    /// <summary>The arrows. A project in src, bench or chaos that isn't listed is an error: its place in the house must be decided.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["Protos"] = [],
        ["Domain"] = [],
        ["Consensus"] = ["Domain", "Protos"],
        ["Placement"] = ["Domain"],
        ["Providers"] = ["Placement", "Domain"],
        ["Client"] = ["Protos"],
        ["StateServer"] = ["Protos", "Domain", "Consensus", "Placement", "Providers", "Client"],
        ["bench"] = ["Protos", "Client", "Domain", "Placement"],
        ["chaos"] = ["Protos", "Client"],
    };

    /// <summary>Packages that one project alone may know, by the start of their names.</summary>
    private static readonly (string Package, string[] Projects)[] Exclusive =
    [
        ("DotNext", ["Consensus"]),
        ("MessagePack", ["Consensus"]),
        ("AWSSDK", ["Providers"]),
        ("Azure.", ["Providers"]),
    ];

    /// <summary>What is wrong with one project.</summary>
    /// <param name="name">Its file's name without extension.</param>
    /// <param name="project">Its file's text.</param>
    public static IEnumerable<string> Errors(string name, string project)
    {
        var document = XDocument.Parse(project);
        string[] references = [.. Includes(document, "ProjectReference", IsArrow).Select(p => Path.GetFileNameWithoutExtension(p.Replace('\\', '/')))];
        if (!Arrows.TryGetValue(name, out string[]? allowed))
        {
            yield return $"{name} has no place among the arrows";
            yield break;
        }

        foreach (string reference in references.Except(allowed))
        {
            yield return $"{name} -> {reference} is no arrow of the design";
        }

        foreach (string package in Includes(document, "PackageReference"))
        {
            if (name == "Domain")
            {
                yield return $"Domain knows no packages, and refers to {package}";
            }

            foreach ((string prefix, string[] projects) in Exclusive)
            {
                if (package.StartsWith(prefix, StringComparison.Ordinal) && !projects.Contains(name))
                {
                    yield return $"{name} refers to {package}; only {string.Join(", ", projects)} may";
                }
            }
        }

        if (name == "Domain" && Includes(document, "FrameworkReference").Any())
        {
            yield return "Domain knows no framework beyond the base library";
        }
    }

    /// <summary>A reference whose assembly isn't handed to the compiler only orders the build: the executable that a program starts.</summary>
    private static bool IsArrow(XElement reference) =>
        !string.Equals((string?)reference.Attribute("ReferenceOutputAssembly"), "false", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> Includes(XDocument document, string element, Func<XElement, bool>? which = null) =>
        document.Descendants()
            .Where(e => e.Name.LocalName == element && (which?.Invoke(e) ?? true))
            .Select(e => (string?)e.Attribute("Include"))
            .OfType<string>();
}
