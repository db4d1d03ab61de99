using System.Reflection;
using System.Text.RegularExpressions;

namespace StateServer.Layering.Tests;

/// <summary>No build but one that is asked for it holds a planted bug.</summary>
public sealed partial class PlantedBugTests
{
    private static readonly string Props = Repository.Read("PlantedBugs.props");

    [Fact]
    public void The_product_knows_planted_bugs_in_conditions_alone()
    {
        IReadOnlyList<string> names = PlantedRules.Names(Props);
        string[] sources = [.. Repository.Sources("src"), .. Repository.Sources("tests").Where(p => !p.StartsWith("tests/Layering.Tests/", StringComparison.Ordinal))];
        Assert.True(sources.Length > 100, "the sources were not found");
        None(sources.SelectMany(path => PlantedRules.SourceErrors(path, Repository.Read(path), names)));
    }

    [Fact]
    public void Each_planted_bug_is_planted_and_hunted()
    {
        string[] names = [.. PlantedRules.Names(Props).Order(StringComparer.Ordinal)];
        Assert.Equal(names, Repository.Sources("src").SelectMany(p => PlantedRules.Conditions(Repository.Read(p))).Distinct().Order(StringComparer.Ordinal));
        Assert.Equal(names, Hunted().Matches(Repository.Read("chaos/Planted/PlantedBugs.cs")).Select(m => m.Groups["name"].Value).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_build_file_plants_one_by_itself()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Repository.Root, "*.*props"),
            .. Directory.EnumerateFiles(Repository.Root, "*.targets"),
            .. Directory.EnumerateFiles(Repository.Root, "*.rsp"),
            .. new[] { "src", "tests", "bench", "chaos" }
                .SelectMany(f => Directory.EnumerateFiles(Path.Combine(Repository.Root, f), "*.*", SearchOption.AllDirectories))
                .Where(f => Path.GetExtension(f) is ".csproj" or ".props" or ".targets" or ".rsp" && !f.Contains("/obj/", StringComparison.Ordinal)),
        ];
        Assert.True(files.Length > 10, "the build's files were not found");
        None(files.Select(f => Path.GetRelativePath(Repository.Root, f)).SelectMany(p => PlantedRules.BuildErrors(p, Repository.Read(p))));
    }

    /// <summary>What was built beside these tests, in the same configuration, is a build like any other.</summary>
    [Fact]
    public void The_executable_that_was_built_holds_none()
    {
        string configuration = typeof(PlantedBugTests).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
        string folder = Path.Combine(Repository.Root, "src", "StateServer", "bin", configuration, "net10.0");
        string[] assemblies = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.dll").Where(f => Path.GetFileName(f).StartsWith("stateserver", StringComparison.OrdinalIgnoreCase))] : [];
        Assert.SkipWhen(assemblies.Length == 0, "the executable was not built");
        Assert.True(assemblies.Length > 3, "the executable's assemblies were not found");
        None(assemblies.Where(f => File.ReadAllBytes(f).AsSpan().IndexOf("PLANTED-BUG-"u8) >= 0).Select(f => $"{f} holds a planted bug"));
    }

    [Theory]
    [InlineData("#define PLANTED_A", "defines a constant")]
    [InlineData("  # define X", "defines a constant")]
    [InlineData("#if PLANTED_B\n#endif", "no planted bug B")]
    [InlineData("#if PLANTED_A || DEBUG\n#endif", "elsewhere than in #if")]
    [InlineData("var x = \"PLANTED_A\";", "elsewhere than in #if")]
    public void A_source_that_breaks_the_rule_is_found(string source, string error) =>
        Assert.Contains(PlantedRules.SourceErrors("x.cs", source, ["A"]), e => e.Contains(error, StringComparison.Ordinal));

    [Theory]
    [InlineData("#if PLANTED_A\n#endif")]
    [InlineData("#if !PLANTED_A\n#else\n#endif")]
    public void A_condition_is_right(string source) => Assert.Empty(PlantedRules.SourceErrors("x.cs", source, ["A"]));

    [Theory]
    [InlineData("src/Consensus/Consensus.csproj", "<Project><PropertyGroup><PlantedBug>A</PlantedBug></PropertyGroup></Project>", "only PlantedBugs.props")]
    [InlineData("Directory.Build.props", "<Project><PropertyGroup><DefineConstants>PLANTED_A</DefineConstants></PropertyGroup></Project>", "only PlantedBugs.props")]
    [InlineData("PlantedBugs.props", "<Project><PropertyGroup><PlantedBug>A</PlantedBug></PropertyGroup></Project>", "from the command line")]
    [InlineData("PlantedBugs.props", "<Project><PropertyGroup><DefineConstants>PLANTED_A</DefineConstants></PropertyGroup></Project>", "without '$(PlantedBug)'")]
    public void A_build_file_that_breaks_the_rule_is_found(string path, string text, string error) =>
        Assert.Contains(error, Assert.Single(PlantedRules.BuildErrors(path, text)), StringComparison.Ordinal);

    private static void None(IEnumerable<string> errors) =>
        Assert.True(!errors.Any(), Environment.NewLine + string.Join(Environment.NewLine, errors));

    [GeneratedRegex(@"^\s+new\(""(?<name>\w+)""", RegexOptions.Multiline)]
    private static partial Regex Hunted();
}
