using System.Runtime.CompilerServices;

namespace StateServer.StateServer.Tests.Model;

/// <summary>
/// The text files of <c>Scenarios</c>: command lines as an operator types them, what the leader and the agents do meanwhile, and what
/// is printed. STATESERVER_REWRITE_SCENARIOS=1 writes what is printed now into the sources, for a person to read the difference.
/// </summary>
public sealed class ModelScenarioTests
{
    private const string RewriteVariable = "STATESERVER_REWRITE_SCENARIOS";

    public static TheoryData<string> Names() =>
        new(Directory.EnumerateFiles(Folder(), "*.txt").Select(p => Path.GetFileNameWithoutExtension(p)).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task What_is_printed_is_what_the_file_says(string name)
    {
        string expected = await File.ReadAllTextAsync(Path.Combine(Folder(), name + ".txt"), TestContext.Current.CancellationToken);
        string played = await ModelScenario.PlayAsync(expected);
        if (Environment.GetEnvironmentVariable(RewriteVariable) == "1")
        {
            await File.WriteAllTextAsync(SourceOf(name), played, TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, played, ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void There_are_scenarios() => Assert.True(Names().Count >= 8);

    private static string Folder() => Path.Combine(AppContext.BaseDirectory, "Model", "Scenarios");

    private static string SourceOf(string name, [CallerFilePath] string thisFile = "") =>
        Path.Combine(Path.GetDirectoryName(thisFile)!, "Scenarios", name + ".txt");
}
