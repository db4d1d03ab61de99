using System.Net;
using System.Net.Sockets;
using StateServer.Local;
using StateServer.Loopback;
using StateServer.Providers.Local;

namespace StateServer.StateServer.Tests.Local;

public sealed class LocalClusterTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PortBlock _ports = PortBlock.Take(30);

    private LocalRoot Root => new(_folder.Path);

    [Fact]
    public void Slots_have_three_ports_each_ten_apart()
    {
        Assert.Equal(new SlotPorts(2379, 2380, 2381), SlotPorts.Of(2379, 0));
        Assert.Equal(new SlotPorts(2399, 2400, 2401), SlotPorts.Of(2379, 2));
        Assert.Equal(65535, SlotPorts.Of(SlotPorts.HighestBase(7), 6).Http);
    }

    [Fact]
    public void A_new_cluster_has_minted_ids_and_zones_in_turn_and_is_read_back()
    {
        LocalCluster cluster = LocalCluster.Mint(5, 4000);
        Assert.Equal(["local-a", "local-b", "local-c", "local-a", "local-b"], cluster.Members.Select(m => m.Zone));
        Assert.Equal(5, cluster.Members.Select(m => m.Id).Distinct().Count());
        Assert.Equal("127.0.0.1:4000,127.0.0.1:4010,127.0.0.1:4020,127.0.0.1:4030,127.0.0.1:4040", cluster.Endpoints);

        cluster.Write(_folder.Path);
        LocalCluster read = LocalCluster.Read(_folder.Path)!;
        Assert.Equal(cluster.Members, read.Members.AsEnumerable());
        Assert.Equal(cluster with { Members = read.Members }, read);
    }

    [Fact]
    public void An_environments_record_knows_its_first_member_alone_and_is_read_back()
    {
        LocalCluster cluster = LocalCluster.MintEnvironment(5, 4000);
        Assert.Equal(["local-a"], cluster.Members.Select(m => m.Zone));
        Assert.Empty(cluster.FixedMembers);
        Assert.Equal(4000, cluster.MachinePort);

        cluster.Write(_folder.Path);
        LocalCluster read = LocalCluster.Read(_folder.Path)!;
        Assert.False(read.IsFixed);
        Assert.NotEqual(0UL, read.Environment.Value);
        Assert.Equal(cluster with { Members = read.Members }, read);
        Assert.Equal(5, read.StateServers);
    }

    [Theory]
    [InlineData("{", "is damaged")]
    [InlineData("{}", "is damaged")]
    [InlineData("null", "is damaged")]
    [InlineData("""{"formatVersion":3}""", "has format 3, this executable knows up to 2")]
    [InlineData("""{"formatVersion":2,"clusterId":"1","basePort":2379,"members":[{"slot":0,"name":"a","nodeId":"1","zone":"z"}]}""", "is damaged")]
    [InlineData("""{"formatVersion":2,"clusterId":"1","basePort":2379,"members":[{"slot":0,"name":"a","nodeId":"1","zone":"z"}],"zones":"local-a","environmentId":"0"}""", "is damaged")]
    [InlineData("""{"formatVersion":2,"clusterId":"1","basePort":2379,"members":[{"slot":0,"name":"a","nodeId":"1","zone":"z"}],"zones":"local-a","environmentId":"2","stateServers":4}""", "is damaged")]
    [InlineData("""{"formatVersion":2,"clusterId":"1","basePort":60000,"members":[{"slot":0,"name":"a","nodeId":"1","zone":"z"}],"zones":"local-a","environmentId":"2"}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"clusterId":"1","basePort":2379,"members":[{"slot":0,"name":"a","nodeId":"1","zone":"z"}],"environmentId":"2"}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"clusterId":"1","basePort":2379,"members":[]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"clusterId":"1","basePort":2379,"members":[null]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"clusterId":"0","basePort":2379,"members":[{"slot":0,"name":"a","nodeId":"1","zone":"z"}]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"clusterId":"1","basePort":2379,"members":[{"slot":0,"name":"../a","nodeId":"1","zone":"z"}]}""", "is damaged")]
    [InlineData("""{"formatVersion":1,"clusterId":"1","basePort":2379,"members":[{"slot":0,"name":"..","nodeId":"1","zone":"z"}]}""", "is damaged")]
    public void A_record_that_can_not_be_understood_is_an_error_that_names_it(string text, string part)
    {
        File.WriteAllText(_folder.Below(LocalCluster.FileName), text);
        string message = Assert.Throws<IOException>(() => LocalCluster.Read(_folder.Path)).Message;
        Assert.StartsWith(_folder.Below(LocalCluster.FileName), message, StringComparison.Ordinal);
        Assert.Contains(part, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Another_count_or_port_on_an_existing_root_is_refused_and_none_resumes_it()
    {
        int port = _ports.First;
        LocalCluster.Mint(3, port).Write(_folder.Path);

        var failure = Assert.Throws<LocalFailureException>(() => LocalPreparation.Look(Root, 5, port + 1));
        Assert.True(failure.WrongUse);
        Assert.Equal(2, failure.Lines.Count);

        LocalPreparation resumed = LocalPreparation.Look(Root, null, null);
        Assert.False(resumed.IsNew);
        Assert.Equal(3, resumed.Dead.Length);
    }

    [Fact]
    public void An_environment_is_resumed_with_another_count_but_not_on_another_port()
    {
        int port = _ports.First;
        LocalCluster.MintEnvironment(3, port).Write(_folder.Path);

        Assert.Contains(
            $"holds a cluster on port {port}",
            Assert.Single(Assert.Throws<LocalFailureException>(() => LocalPreparation.Look(Root, 5, port + 1)).Lines),
            StringComparison.Ordinal);
        LocalPreparation resumed = LocalPreparation.Look(Root, 5, port);
        Assert.Equal((false, 0), (resumed.IsNew, resumed.Dead.Length));
        Assert.Equal(["-n 2: a cluster has 1, 3, 5 or 7 members"], Assert.Throws<LocalFailureException>(() => LocalPreparation.Look(Root, 2, null)).Lines);
    }

    [Fact]
    public void An_environments_machines_need_room_above_its_port()
    {
        var root = new LocalRoot(_folder.Below("new"));
        var failure = Assert.Throws<LocalFailureException>(() => LocalPreparation.Look(root, 3, 60_000, isEnvironment: true));
        Assert.Equal(["--port 60000: out of range; give 1 to 55535, each machine takes ten ports from there"], failure.Lines);
        Assert.True(failure.WrongUse);
    }

    [Fact]
    public void A_member_whose_folder_is_held_is_left_alone()
    {
        LocalCluster cluster = LocalCluster.Mint(3, _ports.First);
        cluster.Write(_folder.Path);
        using FolderLock? held = FolderLock.TryTake(Root.DataFolder(cluster.Members[1]));

        Assert.Equal(["server-0", "server-2"], LocalPreparation.Look(Root, null, null).Dead.Select(m => m.Name));
    }

    [Fact]
    public void A_taken_port_is_named_with_its_member_and_nothing_is_made()
    {
        int port = _ports.First;
        using var taken = new TcpListener(IPAddress.Loopback, port + 11);
        taken.Start();
        var root = new LocalRoot(_folder.Below("new"));

        var failure = Assert.Throws<LocalFailureException>(() => LocalPreparation.Look(root, 3, port));
        Assert.False(failure.WrongUse);
        Assert.Equal(
            [$"server-1: 127.0.0.1:{port + 11} is taken by another process; stop it, or give another port"],
            failure.Lines);
        Assert.False(Directory.Exists(root.Path));
    }

    [Fact]
    public void A_strangers_folder_is_refused()
    {
        File.WriteAllText(_folder.Below("thesis.txt"), "");
        var failure = Assert.Throws<LocalFailureException>(() => LocalPreparation.Look(Root, null, _ports.First));
        Assert.True(failure.WrongUse);
        Assert.Contains("thesis.txt", Assert.Single(failure.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_an_environment_whose_machines_are_gone_nothing_is_left()
    {
        LocalCluster cluster = LocalCluster.MintEnvironment(3, 4000);
        cluster.Write(_folder.Path);
        string note = _folder.Below("note.txt");
        File.WriteAllText(note, "mine");
        using (FolderLock.TryTake(Root.WorkFolder))
        {
            Assert.Equal([note], LocalRemoval.Remove(Root, cluster));
        }
    }

    [Fact]
    public void Removal_takes_what_the_cluster_made_and_leaves_the_rest()
    {
        LocalCluster cluster = LocalCluster.Mint(1, 4000);
        cluster.Write(_folder.Path);
        LocalMember member = cluster.Members[0];
        Directory.CreateDirectory(Path.Combine(Root.DataFolder(member), "log"));
        File.WriteAllText(Path.Combine(Root.DataFolder(member), "log", "1"), "");
        File.WriteAllText(Root.LogFile(member), "");
        string note = Path.Combine(Root.MemberFolder(member), "note.txt");
        File.WriteAllText(note, "mine");

        using (FolderLock.TryTake(Root.WorkFolder))
        {
            Assert.Equal([Root.MemberFolder(member)], LocalRemoval.Remove(Root, cluster));
        }

        Assert.Equal([note], Directory.EnumerateFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    public void Dispose()
    {
        _folder.Dispose();
        _ports.Dispose();
    }
}
