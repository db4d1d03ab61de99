namespace StateServer.Layering.Tests;

/// <summary>The rules of the house, held against every file of it.</summary>
public sealed class HouseTests
{
    [Fact]
    public void Projects_refer_to_each_other_along_the_arrows_only()
    {
        string[] projects =
        [
            .. new[] { "src", "bench", "chaos" }
                .Select(f => Path.Combine(Repository.Root, f))
                .Where(Directory.Exists)
                .SelectMany(f => Directory.EnumerateFiles(f, "*.csproj", SearchOption.AllDirectories)),
        ];
        Assert.True(projects.Length >= 5, "the projects were not found");
        None(projects.SelectMany(p => ProjectRules.Errors(Path.GetFileNameWithoutExtension(p), File.ReadAllText(p))));
    }

    [Fact]
    public void Domain_and_planning_are_functions()
    {
        string[] pure = [.. Repository.Sources("src/Domain"), .. Repository.Sources("src/Placement/Planning")];
        Assert.True(pure.Length > 20, "the sources were not found");
        None(pure.SelectMany(path => PurityRules.Errors(path, Repository.Read(path))));
    }

    [Fact]
    public void Files_hold_one_type_under_its_name_in_its_folder()
    {
        string[] sources = [.. Repository.Sources("src"), .. Repository.Sources("chaos")];
        Assert.True(sources.Length > 100, "the sources were not found");
        None(sources.SelectMany(path => FileRules.Errors(path, Repository.Read(path))));
    }

    /// <summary>Fails with all of them, a line each.</summary>
    private static void None(IEnumerable<string> errors) =>
        Assert.True(!errors.Any(), Environment.NewLine + string.Join(Environment.NewLine, errors));
}
