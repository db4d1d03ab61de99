using System.Collections.Immutable;
using System.Text;
using StateServer.Consensus;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Hosting.Placement;
using StateServer.Options;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.StateServer.Tests.Options;
using StateServer.StateServer.Tests.Reports;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>What a state server's machine is given, as the process that is started there reads it.</summary>
public sealed class MemberStartTests
{
    private static readonly NodeId Newcomer = new(31);

    [Fact]
    public void The_user_data_and_the_command_line_of_a_local_machine_make_a_member_that_joins()
    {
        (ServerOptions options, List<string> errors) = Read(ProviderType.Local);

        Assert.Empty(errors);
        ReplicaOptions replica = options.ToReplicaOptions("1.2.3");
        Assert.Equal((Newcomer, new ClusterId(4711), "server-9"), (replica.Id, replica.Cluster, replica.Name));
        Assert.Equal(["127.0.0.1:2380", "127.0.0.1:2390", "127.0.0.1:2400"], replica.Join!.Peers);
        Assert.Equal(("/srv/m/7-1", new Zone("local-b"), "127.0.0.1:2490"), (replica.DataFolder, replica.Zone, replica.PeerAddress));
        Assert.Equal(["http://127.0.0.1:2489"], replica.ClientUrls);
        Assert.Equal(TimeSpan.FromMilliseconds(200), replica.Heartbeat);
        Assert.Equal("/srv/machines", options.LocalRoot);
    }

    [Fact]
    public void A_lost_member_is_not_asked()
    {
        var lost = SampleCluster.Registered.Values.First(member => member.PeerAddress == "127.0.0.1:2390").Id;
        var replica = new InMemoryReplica();
        replica.Restore(State() with
        {
            Membership = State().Membership with
            {
                Standings = State().Membership.Standings.Add(lost, new(lost, "gone", null, null, null, MemberMark.Lost, "silent", 0, 0)),
            },
        });
        string text = Encoding.UTF8.GetString(new MemberStart(replica, Launcher()).UserData(Newcomer, Machine(), Settings(ProviderType.Local)).AsSpan());
        Assert.Contains("\"join\":\"127.0.0.1:2380,127.0.0.1:2400\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_providers_machine_is_told_nothing_of_this_hosts_folders()
    {
        string text = Encoding.UTF8.GetString(UserData(ProviderType.Ec2).AsSpan());
        Assert.DoesNotContain("/srv/machines", text, StringComparison.Ordinal);
        Assert.Contains("\"heartbeat\":\"200ms\"", text, StringComparison.Ordinal);
    }

    [Fact]
    public void All_members_that_were_started_alike_give_the_same_bytes() =>
        Assert.Equal(UserData(ProviderType.Local), UserData(ProviderType.Local));

    [Fact]
    public void A_machine_for_units_alone_is_started_with_the_agent_and_told_where_clients_ask()
    {
        var replica = new InMemoryReplica();
        replica.Restore(State());
        var start = new InstanceStart(new AgentStart(replica), new MemberStart(replica, Launcher()));
        string text = Encoding.UTF8.GetString(start.UserData(Machine() with { StateServer = null }, Settings(ProviderType.Local), 1).AsSpan());
        Assert.Equal("{\"endpoints\":\"127.0.0.1:2379,127.0.0.1:2389,127.0.0.1:2399\"}", text);
        Assert.Contains("agent", ProviderSource.CommandOf(Local(InstanceRole.Units)));
        Assert.DoesNotContain("server", ProviderSource.CommandOf(Local(InstanceRole.Units)));
    }

    private static (ServerOptions Options, List<string> Errors) Read(ProviderType type)
    {
        List<string> errors = [];
        Dictionary<string, SettingValue> file = SettingsFile.Parse("user-data", Encoding.UTF8.GetString(UserData(type).AsSpan()), errors);
        string[] command = [.. ProviderSource.CommandOf(Local(InstanceRole.StateServer)).SkipWhile(word => word != "server").Skip(1)];
        Assert.Contains("--own-session", command);
        Assert.Equal("/srv/m/7-1/user-data", command[Array.IndexOf(command, "--config") + 1]);
        Dictionary<string, string> flags = ServerSettings.All
            .Where(setting => command.Contains(setting.Flag))
            .ToDictionary(setting => setting.Name, setting => command[Array.IndexOf(command, setting.Flag) + 1]);
        (ServerOptions options, List<string> more) = GivenSettings.Judge(flags, file: file);
        return (options, [.. errors, .. more]);
    }

    private static ImmutableArray<byte> UserData(ProviderType type)
    {
        var replica = new InMemoryReplica();
        replica.Restore(State());
        return new InstanceStart(new AgentStart(replica), new MemberStart(replica, Launcher())).UserData(Machine(), Settings(type), 1);
    }

    private static ServerOptions Launcher() => GivenSettings.Judge(GivenSettings.Right
        .Add("heartbeat", "200ms").Add("election-timeout-low", "700ms").Add("local-root", "/srv/machines").Add("log-level", "error")).Options;

    private static ReplicatedState State() => ReplicatedState.Empty with
    {
        FeatureLevel = 4,
        Members = SampleCluster.Registered,
        Membership = MembershipState.Empty with
        {
            Standings = ImmutableSortedDictionary<NodeId, MemberStanding>.Empty.Add(
                Newcomer, new(Newcomer, "server-9", new MachineId(7), new Zone("local-b"), null, MemberMark.Requested, "", 0, 0)),
        },
    };

    private static LocalMachine Local(InstanceRole role) => new(
        new InstanceId("7-1"), new InstanceTags(new EnvironmentId(5), 1, new MachineId(7), role), new Zone("local-b"), "/srv/m/7-1", SlotPorts.Of(2479, 1));

    private static MachineRecord Machine() => new(
        new MachineId(7), "noble", Constraints.None, PlacementDirective.None, Newcomer, new Zone("local-b"), Life.Alive, MachineStatus.Pending, "",
        null, null, null, [], false, 0, 0, 0);

    private static EnvironmentSettings Settings(ProviderType type) => new(
        new EnvironmentId(5), "test", type, "", [], false, "noble", Constraints.None, ImmutableSortedDictionary<string, string>.Empty, 30);
}
