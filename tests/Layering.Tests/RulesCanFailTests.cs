namespace StateServer.Layering.Tests;

/// <summary>Each rule, held against a sample that breaks it: a rule that can't fail keeps nothing.</summary>
public sealed class RulesCanFailTests
{
    [Theory]
    [InlineData("Domain", "Protos")]
    [InlineData("Consensus", "StateServer")]
    [InlineData("Consensus", "Placement")]
    [InlineData("Placement", "Consensus")]
    [InlineData("Placement", "Providers")]
    [InlineData("Providers", "Consensus")]
    [InlineData("Providers", "StateServer")]
    [InlineData("Client", "Domain")]
    [InlineData("bench", "Consensus")]
    public void An_arrow_that_is_not_drawn_is_found(string from, string to) =>
        Assert.Equal([$"{from} -> {to} is no arrow of the design"], ProjectRules.Errors(from, Project($"""<ProjectReference Include="../{to}/{to}.csproj" />""")));

    [Fact]
    public void A_drawn_arrow_is_none() =>
        Assert.Empty(ProjectRules.Errors("Consensus", Project("""<ProjectReference Include="..\Domain\Domain.csproj" />""")));

    [Fact]
    public void A_reference_that_only_orders_the_build_is_none() =>
        Assert.Empty(ProjectRules.Errors("bench", Project("""<ProjectReference Include="../StateServer/StateServer.csproj" ReferenceOutputAssembly="false" />""")));

    [Fact]
    public void A_project_without_a_place_is_found() =>
        Assert.Single(ProjectRules.Errors("Sidecar", Project("")));

    [Theory]
    [InlineData("Domain", "Newtonsoft.Json", 1)]
    [InlineData("StateServer", "DotNext.Net.Cluster", 1)]
    [InlineData("Client", "MessagePack", 1)]
    [InlineData("Placement", "AWSSDK.EC2", 1)]
    [InlineData("Providers", "AWSSDK.EC2", 0)]
    [InlineData("Consensus", "DotNext.Net.Cluster", 0)]
    public void A_package_in_the_wrong_project_is_found(string project, string package, int errors) =>
        Assert.Equal(errors, ProjectRules.Errors(project, Project($"""<PackageReference Include="{package}" />""")).Count());

    [Theory]
    [InlineData("var t = System.DateTime.UnixEpoch;", "DateTime")]
    [InlineData("var t = DateTimeOffset.UtcNow;", "UtcNow")]
    [InlineData("var r = new Random(1);", "Random")]
    [InlineData("public Task RunAsync() => null!;", "Task")]
    [InlineData("var text = File.ReadAllText(\"x\");", "File")]
    [InlineData("private readonly ILogger _log;", "ILogger")]
    [InlineData("var home = Environment.GetEnvironmentVariable(\"HOME\");", "GetEnvironmentVariable")]
    public void An_impure_word_is_found(string code, string word) =>
        Assert.Equal([$"x.cs: '{word}' has no place in a pure function"], PurityRules.Errors("x.cs", code));

    [Theory]
    [InlineData("// a Random File, DateTime.Now")]
    [InlineData("/* Task */ var a = 1;")]
    [InlineData("/// <summary>ILogger</summary>")]
    [InlineData("var s = \"DateTime.Now\";")]
    [InlineData("var s = @\"Task \"\"File\"\" Random\";")]
    [InlineData("var s = $\"File {x}\";")]
    [InlineData("var sets = model.Environment.AvailabilitySetsEnabled;")]
    [InlineData("DateTimeOffset joined, lastSeen; int FileCount, TaskId;")]
    public void A_word_in_a_comment_a_text_or_another_word_is_none(string code) =>
        Assert.Empty(PurityRules.Errors("x.cs", code));

    [Fact]
    public void A_slash_in_a_text_begins_no_comment() =>
        Assert.Single(PurityRules.Errors("x.cs", "var s = \"http://x\"; var r = new Random();"));

    [Fact]
    public void A_file_of_one_type_in_its_folder_is_right() =>
        Assert.Empty(FileRules.Errors(
            "src/Domain/Keyspace/Key.cs",
            "namespace StateServer.Domain.Keyspace;\n\npublic readonly record struct Key(string Text)\n{\n    private enum Inner { }\n}\n"));

    [Theory]
    [InlineData("src/Domain/Keyspace/Key.cs", "namespace StateServer.Domain.Keyspace;\npublic class Keys;\n", "declares Keys")]
    [InlineData("src/Domain/Keyspace/Key.cs", "namespace StateServer.Domain.Keyspace;\npublic class Key;\ninternal enum Kind { }\n", "declares Key, Kind")]
    [InlineData("src/Domain/Keyspace/Key.cs", "namespace StateServer.Domain.Keyspace;\n// public class Key;\n", "declares no type")]
    [InlineData("src/Domain/Keyspace/Key.cs", "namespace StateServer.Domain;\npublic class Key;\n", "its folder says StateServer.Domain.Keyspace")]
    [InlineData("src/Consensus/PeerManager.cs", "namespace StateServer.Consensus;\npublic class PeerManager;\n", "'PeerManager' says nothing")]
    [InlineData("src/Domain/Common/Key.cs", "namespace StateServer.Domain.Common;\npublic class Key;\n", "'Common' says nothing")]
    public void A_file_that_breaks_a_rule_is_found(string path, string source, string error) =>
        Assert.Contains(error, Assert.Single(FileRules.Errors(path, source)), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_is_too_long_is_found() =>
        Assert.Contains(
            "401 lines",
            Assert.Single(FileRules.Errors(
                "src/StateServer/Cli/Verb.cs", "namespace StateServer.Cli;\nclass Verb;" + string.Concat(Enumerable.Repeat("\n//", 399)) + "\n")),
            StringComparison.Ordinal);

    private static string Project(string items) => $"<Project><ItemGroup>{items}</ItemGroup></Project>";
}
