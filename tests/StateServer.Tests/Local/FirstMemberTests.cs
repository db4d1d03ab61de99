using System.Text;
using StateServer.Domain.Identity;
using StateServer.Local;
using StateServer.Options;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.StateServer.Tests.Options;

namespace StateServer.StateServer.Tests.Local;

/// <summary>What an environment's first machine is launched with.</summary>
public sealed class FirstMemberTests
{
    private static readonly LocalRoot Root = new("/srv/cluster");
    private static readonly LocalCluster Cluster = LocalCluster.MintEnvironment(3, 4000);

    private readonly Dictionary<string, string> _variables = [];

    [Fact]
    public void It_is_a_state_server_of_the_environment_that_the_record_names()
    {
        LaunchRequest request = Request();
        Assert.Null(request.Refusal());
        Assert.Equal(new InstanceTags(Cluster.Environment, 1, new MachineId(0), InstanceRole.StateServer), request.Tags);
        Assert.Equal(("0/1", new Zone("local-a")), (request.Token, request.Zone));
    }

    [Fact]
    public void Asked_for_again_it_is_the_same_byte_for_byte() => Assert.Equal(Request().Digest(), Request().Digest());

    [Fact]
    public void Its_settings_make_a_cluster_of_one_and_tell_what_later_members_are_told_too()
    {
        _variables["STATESERVER_HEARTBEAT"] = "200ms";
        _variables["STATESERVER_ELECTION_TIMEOUT_LOW"] = "700ms";
        _variables["STATESERVER_NAME"] = "another";
        _variables["STATESERVER_LOG_LEVEL"] = "error";
        List<string> errors = [];
        Dictionary<string, SettingValue> file = SettingsFile.Parse("user-data", Encoding.UTF8.GetString(Request().UserData.AsSpan()), errors);
        (ServerOptions options, List<string> more) = GivenSettings.Judge(
            new Dictionary<string, string>
            {
                ["data-dir"] = "/srv/cluster/machines/0",
                ["zone"] = "local-a",
                ["listen-client"] = "127.0.0.1:4000",
                ["listen-peer"] = "127.0.0.1:4001",
                ["listen-http"] = "127.0.0.1:4002",
            },
            file: file);

        Assert.Empty(errors.Concat(more));
        var replica = options.ToReplicaOptions("1.2.3");
        Assert.Equal((Cluster.Members[0].Id, Cluster.Cluster, "server-0"), (replica.Id, replica.Cluster, replica.Name));
        Assert.Equal([(replica.Id, "127.0.0.1:4001")], replica.InitialMembers.Select(member => (member.Id, member.PeerAddress)));
        Assert.Null(replica.Join);
        Assert.Equal(TimeSpan.FromMilliseconds(200), replica.Heartbeat);
        Assert.Equal("200ms", options.Shared["heartbeat"]);
        Assert.Equal(("/srv/cluster", 4000L), (options.LocalRoot, options.LocalPort));
        Assert.DoesNotContain("log-level", file.Keys);
    }

    private LaunchRequest Request() => new FirstMember(Root, Cluster, name => _variables.GetValueOrDefault(name)).Request();
}
