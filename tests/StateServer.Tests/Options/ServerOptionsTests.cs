using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Domain.Identity;
using StateServer.Options;

namespace StateServer.StateServer.Tests.Options;

public sealed class ServerOptionsTests
{
    [Fact]
    public void The_least_that_is_right_gives_the_replicas_own_defaults()
    {
        (ServerOptions options, List<string> errors) = GivenSettings.Judge(GivenSettings.Right);

        Assert.Empty(errors);
        ReplicaOptions replica = options.ToReplicaOptions("1.2.3");
        var untouched = new ReplicaOptions
        {
            DataFolder = "/tmp/stateserver-never-made",
            Id = new NodeId(17),
            Cluster = new ClusterId(4711),
            Name = "a",
            Zone = new Zone("default"),
            PeerAddress = "127.0.0.1:2380",
            ClientUrls = replica.ClientUrls,
            InitialMembers = replica.InitialMembers,
            Version = "1.2.3",
        };
        Assert.Equal(untouched, replica);
        Assert.Equal(["http://127.0.0.1:2379"], replica.ClientUrls);
        Assert.Equal([new InitialMember(new NodeId(17), "a", "127.0.0.1:2380")], replica.InitialMembers);
    }

    [Fact]
    public void A_member_that_joins_is_told_of_others_and_of_no_initial_members()
    {
        ImmutableDictionary<string, string> joining = GivenSettings.Right.Remove("initial-members");
        (ServerOptions options, List<string> errors) = GivenSettings.Judge(joining.Add("join", "10.0.0.1:2380, b.example:2380"));

        Assert.Empty(errors);
        ReplicaOptions replica = options.ToReplicaOptions("1.2.3");
        Assert.Equal(["10.0.0.1:2380", "b.example:2380"], replica.Join!.Peers);
        Assert.Empty(replica.InitialMembers);
        Assert.Null(GivenSettings.Judge(GivenSettings.Right).Options.ToReplicaOptions("1.2.3").Join);
        Assert.EndsWith(
            "or --join for a member of a cluster that runs", Assert.Single(GivenSettings.Judge(joining).Errors), StringComparison.Ordinal);
    }

    [Fact]
    public void A_newcomer_on_the_ports_of_a_lost_member_asks_the_others()
    {
        (ServerOptions options, List<string> errors) = GivenSettings.Judge(
            GivenSettings.Right.Remove("initial-members").Add("join", "127.0.0.1:2380,10.0.0.1:2380"));

        Assert.Empty(errors);
        Assert.Equal(["10.0.0.1:2380"], options.ToReplicaOptions("1.2.3").Join!.Peers);
    }

    [Theory]
    [InlineData("10.0.0.1", "--join: '10.0.0.1' is no address; give host:port")]
    [InlineData("0.0.0.0:2380", "can't be dialled")]
    [InlineData("127.0.0.1:2380", "--join: 127.0.0.1:2380 is this member's own address")]
    [InlineData("h:1,h:1", "--join: the address h:1 occurs more than once")]
    [InlineData("h:1,h:2,h:3,h:4,h:5,h:6,h:7,h:8,h:9,h:10,h:11,h:12,h:13,h:14,h:15,h:16,h:17", "--join: 17 addresses are too many")]
    [InlineData("", "--join: '' is no address")]
    public void What_is_wrong_with_the_addresses_to_join_at_is_one_line(string join, string part)
    {
        string error = Assert.Single(GivenSettings.Judge(GivenSettings.Right.Remove("initial-members").Add("join", join)).Errors);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Fact]
    public void What_all_members_share_is_kept_as_it_was_given_and_nothing_else()
    {
        ServerOptions options = GivenSettings.Judge(GivenSettings.Right
            .Add("heartbeat", "200ms").Add("zone", "z").Add("log-level", "error").Add("local-root", "/tmp/../tmp/machines")).Options;

        Assert.Equal(["heartbeat=200ms", "local-root=/tmp/machines"], options.Shared.Select(shared => $"{shared.Key}={shared.Value}"));
    }

    [Fact]
    public void A_flag_wins_over_the_environment_and_that_over_the_file()
    {
        var file = new Dictionary<string, SettingValue>
        {
            ["zone"] = new("file", "'zone' in x"),
            ["heartbeat"] = new("111ms", "'heartbeat' in x"),
            ["log-level"] = new("error", "'log-level' in x"),
        };
        var environment = new Dictionary<string, string>
        {
            ["STATESERVER_ZONE"] = "environment",
            ["STATESERVER_HEARTBEAT"] = "122ms",
            ["STATESERVER_PORT"] = "tcp://10.0.0.1:80",
        };

        (ServerOptions options, List<string> errors) =
            GivenSettings.Judge(GivenSettings.Right.Add("zone", "flag"), environment, file);

        Assert.Empty(errors);
        Assert.Equal("flag", options.Zone.Name);
        Assert.Equal(122, options.Heartbeat.TotalMilliseconds);
        Assert.Equal(Microsoft.Extensions.Logging.LogLevel.Error, options.LogLevel);
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once()
    {
        var flags = new Dictionary<string, string>
        {
            ["name"] = "a b",
            ["node-id"] = "0",
            ["initial-members"] = "a=1@h:1,a=1@h:1",
            ["listen-client"] = "nowhere:1",
            ["election-timeout-low"] = "299ms",
            ["max-batch-commands"] = "0",
        };
        var environment = new Dictionary<string, string> { ["STATESERVER_REQUEST_TIMEOUT"] = "soon" };

        List<string> errors = GivenSettings.Judge(flags, environment).Errors;

        string[] expected =
        [
            "--name: 'a b'", "--node-id: '0'", "--cluster-id is missing", "--data-dir is missing", "--listen-client: 'nowhere'",
            "STATESERVER_REQUEST_TIMEOUT: 'soon'", "an even number of members (2)", "the name 'a' occurs more than once",
            "the node id 1 occurs more than once", "the address h:1 occurs more than once",
            "--election-timeout-low: 299ms is less than three heartbeats", "--max-batch-commands: 0 is out of range",
        ];
        Assert.All(expected, part => Assert.Contains(errors, e => e.Contains(part, StringComparison.Ordinal)));
        Assert.Equal(expected.Length, errors.Count);
        Assert.All(errors, e => Assert.DoesNotContain('\n', e));
    }

    [Theory]
    [InlineData("initial-members", "a=17@127.0.0.1:2380,b=2@127.0.0.1:2", "an even number of members (2)")]
    [InlineData("initial-members", "a=17@127.0.0.1:2380,b=2@h:2,c=3@h:3,d=4@h:4,e=5@h:5,f=6@h:6,g=7@h:7,h=8@h:8,i=9@h:9", "9 members are too many")]
    [InlineData("initial-members", "b=2@127.0.0.1:2380", "own node id 17 is missing")]
    [InlineData("initial-members", "b=17@127.0.0.1:2380", "is called 'b' there and 'a' by --name")]
    [InlineData("initial-members", "a=17@127.0.0.1:9", "is at 127.0.0.1:9 there and at 127.0.0.1:2380")]
    [InlineData("initial-members", "a=0@127.0.0.1:2380", "'0' is no id")]
    [InlineData("initial-members", "a@127.0.0.1:2380", "give name=ID@host:port")]
    [InlineData("initial-members", "a=17@127.0.0.1", "give host:port")]
    [InlineData("initial-members", "a=17@0.0.0.0:2380", "can't be dialled")]
    [InlineData("join", "10.0.0.1:2380", "give one of them")]
    [InlineData("node-id", "18446744073709551616", "is no id")]
    [InlineData("node-id", "-1", "is no id")]
    [InlineData("cluster-id", "0x10", "is no id")]
    [InlineData("zone", "", "is no name")]
    [InlineData("data-dir", "", "an empty path")]
    [InlineData("listen-http", "127.0.0.1:0", "no port from 1 to 65535")]
    [InlineData("listen-http", "127.0.0.1:2379", "--listen-client and --listen-http share port 2379")]
    [InlineData("listen-client", "0.0.0.0:2379", "--advertise-client must say what others dial")]
    [InlineData("advertise-client", "127.0.0.1:2379", "is no URL")]
    [InlineData("heartbeat", "9ms", "--heartbeat: 9ms is out of range; give 10ms to 10s")]
    [InlineData("election-timeout-high", "500ms", "must be above --election-timeout-low (500ms)")]
    [InlineData("request-timeout", "6m", "--request-timeout: 6m is out of range")]
    [InlineData("max-request-bytes", "1023", "--max-request-bytes: 1023 is out of range; give 1024 to 8388608")]
    [InlineData("max-request-bytes", "9MiB", "--max-request-bytes: 9437184 is out of range; give 1024 to 8388608")]
    [InlineData("max-batch-bytes", "9MiB", "--max-batch-bytes: 9437184 is out of range; give 4096 to 8388608")]
    [InlineData("max-queue-bytes", "1KiB", "--max-queue-bytes: 1024 is out of range; give 1572864")]
    [InlineData("snapshot-entries", "many", "is no count")]
    [InlineData("quota-bytes", "1KiB", "--quota-bytes: 1024 is out of range; give 1048576")]
    [InlineData("auto-compaction-mode", "sometimes", "--auto-compaction-mode: there is no mode 'sometimes'; give periodic or revision")]
    [InlineData("auto-compaction-retention", "often", "--auto-compaction-retention: 'often' is no retention; give a duration such as 30m or 72h")]
    [InlineData("auto-compaction-retention", "999ms", "from 1s to 30 days")]
    [InlineData("auto-compaction-retention", "721", "from 1s to 30 days")]
    [InlineData("auto-compaction-retention", "-1", "is no retention")]
    [InlineData("otlp-endpoint", "collector", "is no URL")]
    [InlineData("log-level", "loud", "is no level")]
    [InlineData("log-level", "2", "is no level")]
    public void One_wrong_value_is_one_line(string setting, string value, string part)
    {
        string error = Assert.Single(GivenSettings.Judge(GivenSettings.Right.SetItem(setting, value)).Errors);
        Assert.Contains(part, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, null, 0, 0)]
    [InlineData(null, "0", 0, 0)]
    [InlineData("revision", "0", 0, 0)]
    [InlineData(null, "5s", 5, 0)]
    [InlineData("periodic", "1.5h", 5400, 0)]
    [InlineData("periodic", "72h", 259200, 0)]
    [InlineData("periodic", "2", 7200, 0)]
    [InlineData("revision", "10000", 0, 10000)]
    public void Scheduled_compaction_is_told_as_etcd_is_told(string? mode, string? retention, int seconds, long revisions)
    {
        var flags = GivenSettings.Right;
        flags = mode is null ? flags : flags.Add("auto-compaction-mode", mode);
        flags = retention is null ? flags : flags.Add("auto-compaction-retention", retention);
        (ServerOptions options, List<string> errors) = GivenSettings.Judge(flags);
        Assert.Empty(errors);
        Assert.Equal(new AutoCompaction(TimeSpan.FromSeconds(seconds), revisions), options.AutoCompaction);
    }

    [Fact]
    public void A_number_of_revisions_is_no_time()
    {
        var flags = GivenSettings.Right.Add("auto-compaction-mode", "revision").Add("auto-compaction-retention", "5m");
        string error = Assert.Single(GivenSettings.Judge(flags).Errors);
        Assert.Contains("'5m' is no number of revisions", error, StringComparison.Ordinal);
    }

    [Fact]
    public void No_quota_is_none_at_all() => Assert.Equal(
        long.MaxValue, GivenSettings.Judge(GivenSettings.Right.Add("quota-bytes", "0")).Options.ToReplicaOptions("1").QuotaBytes);

    [Fact]
    public void The_file_is_yaml_or_json_and_an_unknown_key_is_an_error()
    {
        List<string> errors = [];
        Dictionary<string, SettingValue> yaml = SettingsFile.Parse(
            "s.yaml", "name: a\ninitial-members:\n  - a=1@h:1\n  - b=2@h:2\nnodeId: 5\nnonsense: 1\nzone:\n", errors);
        Assert.Equal("a=1@h:1,b=2@h:2", yaml["initial-members"].Text);
        Assert.Equal(
            [
                "--config s.yaml: line 5: no setting is called 'nodeId'; 'node-id' is",
                "--config s.yaml: line 6: no setting is called 'nonsense'; 'stateserver server --help' lists them",
                "--config s.yaml: line 7: 'zone' needs a value, or a list of values",
            ],
            errors);

        errors.Clear();
        Assert.Equal("17", SettingsFile.Parse("s.json", """{"node-id": 17, "zone": "z"}""", errors)["node-id"].Text);
        Assert.Empty(errors);

        SettingsFile.Parse("s.yaml", "- a\n", errors);
        SettingsFile.Parse("s.yaml", "a: [", errors);
        Assert.Equal(2, errors.Count);
        Assert.All(errors, e => Assert.DoesNotContain('\n', e));
    }

    [Fact]
    public void A_taken_port_and_an_unwritable_folder_are_said_together()
    {
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();
        int port = ((System.Net.IPEndPoint)taken.LocalEndpoint).Port;
        string file = Path.GetTempFileName();
        ImmutableDictionary<string, string> flags = GivenSettings.Right
            .Add("listen-http", $"127.0.0.1:{port}")
            .SetItem("data-dir", Path.Combine(file, "below"));

        string[] errors = [.. SurroundingsCheck.Errors(GivenSettings.Judge(flags).Options)];

        Assert.Contains(errors, e => e.StartsWith($"--listen-http: 127.0.0.1:{port} is taken", StringComparison.Ordinal));
        Assert.Contains(errors, e => e.StartsWith($"--data-dir: {file} is a file", StringComparison.Ordinal));
        File.Delete(file);
    }
}
