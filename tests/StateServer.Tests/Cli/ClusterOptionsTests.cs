using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using StateServer.Cli;
using StateServer.Client;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Environments;
using StateServer.Local;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Cli;

/// <summary>Which cluster a verb asks, and that what is remembered of an environment follows its members.</summary>
public sealed class ClusterOptionsTests : IDisposable
{
    private static readonly EnvironmentId Id = new(5);

    private readonly TemporaryFolder _home = new();
    private readonly Dictionary<string, string?> _variables = [];

    public ClusterOptionsTests() => _variables["XDG_CONFIG_HOME"] = _home.Path;

    private EnvironmentReachStore Store => new(ConfigurationFolder.Of(Variable));

    public void Dispose() => _home.Dispose();

    [Fact]
    public void Endpoints_win_over_what_is_chosen()
    {
        Write("environments: {a: {type: local}}");
        Reach("a", 8, "h:1");
        Assert.Equal(["h:7"], ClusterOptions.Read("h:7", null, null, null, Variable).Endpoints);
        Assert.Equal(["h:7"], ClusterOptions.Read("h:7", _home.Below("nowhere"), null, null, Variable).Endpoints);
    }

    [Fact]
    public void The_environment_leads_to_its_members()
    {
        Write($"default: a\nenvironments: {{a: {{type: local, root: {_home.Below("a")}}}, b: {{type: local, root: {_home.Below("b")}}}, cloud: {{type: ec2}}}}");
        Reach("a", 8, "h:1", "h:2");
        Reach("b", 9, "h:3");
        Reach("cloud", 10, "h:4");
        Assert.Equal(["h:1", "h:2"], Endpoints(null));
        Assert.Equal(["h:3"], Endpoints("b"));
        Assert.Equal(["h:4"], Endpoints("cloud"));
        _variables[CurrentEnvironment.Variable] = "b";
        Assert.Equal(["h:3"], Endpoints(null));
    }

    [Fact]
    public void A_local_environment_s_own_folder_wins_over_what_is_remembered_of_another_cluster()
    {
        string root = _home.Below("a");
        LocalCluster cluster = LocalCluster.Mint(1, 31_000);
        cluster.Write(root);
        Write($"environments: {{a: {{type: local, root: {root}}}}}");
        Assert.Equal(["127.0.0.1:31000"], Endpoints("a"));
        Reach("a", 8, "h:1");
        Assert.Equal(["127.0.0.1:31000"], Endpoints("a"));
        Store.Write(EnvironmentReach.Of("a", Id, cluster.Cluster, ["h:2"]) with { Root = root });
        Assert.Equal(["h:2"], Endpoints("a"));
    }

    [Fact]
    public void The_state_servers_that_a_local_environment_has_now_are_asked_before_what_is_remembered()
    {
        string root = _home.Below("a");
        LocalCluster cluster = LocalCluster.MintEnvironment(3, 31_000);
        cluster.Write(root);
        Write($"environments: {{a: {{type: local, root: {root}}}}}");
        Assert.Equal(["127.0.0.1:31000"], Endpoints("a"));
        Store.Write(EnvironmentReach.Of("a", Id, cluster.Cluster, ["127.0.0.1:31000", "h:2"]) with { Root = root });
        Machine(root, 3, slot: 2, role: 2);
        Machine(root, 4, slot: 0, role: 2);
        Machine(root, 5, slot: 7, role: 1);
        Assert.Equal(["127.0.0.1:31020", "127.0.0.1:31000", "h:2"], Endpoints("a"));
    }

    [Theory]
    [InlineData(null, null, "b", 2, "-e: there is no environment \"b\"")]
    [InlineData(null, null, "a", 1, "environment 'a' is not bootstrapped; 'stateserver bootstrap -e a' begins it")]
    [InlineData(null, null, "cloud", 1, "environment 'cloud' is of type ec2, which is not in this build; use one of type local")]
    [InlineData("h:1", null, "a", 2, "-e and --endpoints both say which cluster; give one of them")]
    [InlineData(null, "/nowhere/at/all", "a", 2, "-e and --root both say which cluster; give one of them")]
    [InlineData(null, "/nowhere/at/all", null, 1, "/nowhere/at/all holds no local cluster; give its folder with --root")]
    [InlineData("nowhere:x", null, null, 2, "--endpoints: 'nowhere:x' is no address; give host:port, such as 127.0.0.1:2379")]
    public void What_leads_nowhere_is_said(string? endpoints, string? root, string? environment, int exitCode, string complaint)
    {
        Write($"default: a\nenvironments: {{a: {{type: local, root: {_home.Below("a")}}}, cloud: {{type: ec2}}}}");
        var failure = Assert.Throws<VerbFailedException>(() => ClusterOptions.Read(endpoints, root, environment, null, Variable));
        Assert.Equal(exitCode, failure.ExitCode);
        Assert.StartsWith(complaint, Assert.Single(failure.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Members_that_an_environment_has_now_are_remembered()
    {
        await using ApiHost host = await ApiHost.StartAsync();
        host.Replica.Apply(
            new RegisterMemberCommand(new MemberRecord(
                InMemoryReplica.Self, "one", new FolderId(3), new Zone("local-a"), "h:1", ["http://h:2", "https://h:3"], 1, "0.1.0", DateTimeOffset.UnixEpoch)),
            null);
        await using var client = new StateServerClient(new ClientOptions { Endpoints = [host.Address] });
        EnvironmentReach reach = Reach("a", InMemoryReplica.Cluster.Value, host.Address);
        EnvironmentReach other = Reach("b", 9, host.Address);

        // Its patience is a second, and the first call of a process may take longer.
        var standing = new FakeTimeProvider();
        await new ClusterTarget([host.Address], reach).RefreshAsync(client, Store, standing, TestContext.Current.CancellationToken);
        await new ClusterTarget([host.Address], other).RefreshAsync(client, Store, standing, TestContext.Current.CancellationToken);
        await new ClusterTarget([host.Address], null).RefreshAsync(client, Store, standing, TestContext.Current.CancellationToken);

        Assert.Equal(["h:2", "https://h:3"], Store.Read("a")!.Endpoints);
        Assert.Equal("/srv/a", Store.Read("a")!.Root);
        Assert.Equal([host.Address], Store.Read("b")!.Endpoints);
    }

    private static void Machine(string root, int number, int slot, int role)
    {
        string folder = Path.Combine(root, "machines", $"local-0000000000000005-1-{number}-1");
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "launch.json"),
            $$"""{"formatVersion":1,"environment":"5","incarnation":1,"machine":{{number}},"role":{{role}},"attempt":1,"zone":"local-a","slot":{{slot}},"requestDigest":"","isEnding":false}""");
    }

    private ImmutableArray<string> Endpoints(string? environment) => ClusterOptions.Read(null, null, environment, null, Variable).Endpoints;

    private EnvironmentReach Reach(string environment, ulong cluster, params string[] endpoints)
    {
        EnvironmentReach reach = EnvironmentReach.Of(environment, Id, new ClusterId(cluster), endpoints) with { Root = $"/srv/{environment}" };
        Store.Write(reach);
        return reach;
    }

    private void Write(string text)
    {
        string path = ConfigurationFolder.Of(Variable).EnvironmentsFile;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private string? Variable(string name) => _variables.GetValueOrDefault(name);
}
