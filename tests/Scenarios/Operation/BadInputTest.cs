using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StateServer.Loopback;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios.Operation;

/// <summary>Wrong use and unfit surroundings: a clear line for each thing that is wrong, the right exit code, and nothing changed.</summary>
public sealed class BadInputTest : IDisposable
{
    private const int Failed = 1, WrongUse = 2;

    private readonly ScratchFolder _scratch = new();
    private readonly PortBlock _ports = PortBlock.Take(30);

    private string Root => Path.Combine(_scratch.Path, "root");

    [Theory]
    [InlineData("there is no verb or flag 'frob'", "frob")]
    [InlineData("a verb is missing")]
    [InlineData("--frob", "up", "--frob")]
    [InlineData("-n 2: a cluster has 1, 3, 5 or 7 members", "up", "-n", "2")]
    [InlineData("-n 9: a cluster has 1, 3, 5 or 7 members", "up", "-n", "9")]
    [InlineData("-n 0: a cluster has 1, 3, 5 or 7 members", "up", "-n", "0")]
    [InlineData("-n: 'three' is no whole number", "up", "-n", "three")]
    [InlineData("--port 70000: out of range", "up", "--port", "70000")]
    [InlineData("--port 65530: out of range", "up", "--port", "65530")]
    [InlineData("--timeout: ", "up", "--timeout", "soon")]
    [InlineData("--format: there is no form 'xml'", "status", "--format", "xml")]
    [InlineData("--endpoints: ", "status", "--endpoints", "http://")]
    [InlineData("--frob", "down", "--frob")]
    [InlineData("an even number of members (2)", "mint", "a=127.0.0.1:1", "b=127.0.0.1:2")]
    [InlineData("the name 'a' occurs more than once", "mint", "a=127.0.0.1:1", "a=127.0.0.1:2", "b=127.0.0.1:3")]
    public async Task Wrong_use_is_one_line_and_changes_nothing(string line, params string[] arguments)
    {
        string[] root = arguments is ["up" or "down", ..] ? ["--root", Root] : [];
        AssertRefused(await StateServerExecutable.RunAsync([.. arguments, .. root]), WrongUse, line);
        Assert.False(Directory.Exists(Root));
    }

    [Fact]
    public async Task Up_refuses_what_is_no_cluster_and_what_it_can_not_have()
    {
        Directory.CreateDirectory(Root);
        File.WriteAllText(Path.Combine(Root, "thesis.txt"), "mine");
        AssertRefused(await UpAsync(Root), WrongUse, "has no cluster.json and is not empty (there is thesis.txt)");
        AssertRefused(await UpAsync(Path.Combine(Root, "thesis.txt")), WrongUse, "is a file; give a folder");
        Assert.Equal([Path.Combine(Root, "thesis.txt")], Directory.EnumerateFileSystemEntries(Root, "*", SearchOption.AllDirectories));

        // No user can make a folder there, root neither.
        AssertRefused(await UpAsync("/proc/stateserver"), Failed, "/proc/stateserver");

        string fresh = Path.Combine(_scratch.Path, "fresh");
        using var taken = new TcpListener(IPAddress.Loopback, _ports.First + 1);
        taken.Start();
        AssertRefused(await UpAsync(fresh), Failed, $"server-0: 127.0.0.1:{_ports.First + 1} is taken by another process");
        Assert.False(Directory.Exists(fresh));

        string empty = Path.Combine(_scratch.Path, "empty");
        Directory.CreateDirectory(empty);
        AssertRefused(await StateServerExecutable.RunAsync(["down", "--root", empty]), Failed, $"{empty} holds no local cluster");
        Assert.Empty(Directory.EnumerateFileSystemEntries(empty));
    }

    [Fact]
    public async Task Another_shape_on_resume_is_refused_and_the_cluster_goes_on()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        string record = File.ReadAllText(Path.Combine(cluster.Root, "cluster.json"));
        int[] pids = [.. cluster.Slots.Select(cluster.Living)];
        AssertRefused(await cluster.VerbAsync("up", "-n", "5", "--detach"), WrongUse, "-n 5: ", "holds a cluster of 3");
        AssertRefused(await cluster.VerbAsync("up", "--port", $"{cluster.Port + 1}", "--detach"), WrongUse, $"holds a cluster on port {cluster.Port}");
        var both = await cluster.VerbAsync("up", "-n", "1", "--port", $"{cluster.Port + 1}", "--detach");
        Assert.Equal((WrongUse, 2), (both.ExitCode, both.Error.TrimEnd().Split('\n').Length));

        // A second process on a living member's folder, and a member on another one's.
        string[] server = LiveProcess.Arguments(pids[0]);
        int log = Array.IndexOf(server, "--log-file");
        string[] other = [.. server[1..log].Where(word => word is not "--own-session"), .. server[(log + 2)..]];
        foreach (string flag in (string[])["--listen-client", "--listen-peer", "--listen-http", "--advertise-client", "--advertise-peer"])
        {
            int value = Array.IndexOf(other, flag) + 1;
            other[value] = Moved(other[value], cluster.Port, cluster.Port + 40);
        }

        int members = Array.IndexOf(other, "--initial-members") + 1;
        other[members] = Moved(other[members], cluster.Port, cluster.Port + 40);
        AssertRefused(await StateServerExecutable.RunAsync(other), Failed, $"{cluster.FolderOf(0)} belongs to a running member (pid {pids[0]})");

        Assert.Equal(pids, cluster.Slots.Select(cluster.Living));
        Assert.Equal(record, File.ReadAllText(Path.Combine(cluster.Root, "cluster.json")));
        await cluster.WaitHealthyAsync(cluster.Slots);

        await cluster.KillAsync(0);
        int id = Array.IndexOf(other, "--node-id") + 1;
        (string own, other[id]) = (other[id], "4711");
        other[members] = other[members].Replace($"={own}@", "=4711@", StringComparison.Ordinal);
        AssertRefused(await StateServerExecutable.RunAsync(other), Failed, $"{cluster.FolderOf(0)}", own);
        await cluster.LaunchAsync(0);
        await cluster.WaitHealthyAsync(cluster.Slots);
    }

    [Fact]
    public async Task A_server_with_wrong_settings_says_all_that_is_wrong_at_once()
    {
        string data = Path.Combine(_scratch.Path, "data");
        string peer = $"127.0.0.1:{_ports.First + 1}";
        string[] right =
        [
            "server", "--name", "a", "--node-id", "17", "--cluster-id", "4711", "--data-dir", data, "--listen-client", $"127.0.0.1:{_ports.First}",
            "--listen-peer", peer, "--listen-http", $"127.0.0.1:{_ports.First + 2}",
        ];
        var nothing = await StateServerExecutable.RunAsync(["server"]);
        string[] missing = Lines(nothing);
        Assert.Equal(WrongUse, nothing.ExitCode);
        foreach (string flag in (string[])["--name", "--node-id", "--cluster-id", "--data-dir", "--initial-members"])
        {
            Assert.Single(missing, line => line.StartsWith($"stateserver: {flag}", StringComparison.Ordinal));
        }

        AssertRefused(
            await StateServerExecutable.RunAsync([.. right, "--initial-members", $"a=17@{peer},b=18@127.0.0.1:1"]), WrongUse, "--initial-members: an even number of members (2)");
        AssertRefused(
            await StateServerExecutable.RunAsync([.. right, "--initial-members", $"a=17@{peer},a=18@127.0.0.1:1,c=19@127.0.0.1:2"]),
            WrongUse, "--initial-members: the name 'a' occurs more than once");
        AssertRefused(
            await StateServerExecutable.RunAsync([.. right, "--initial-members", $"b=18@{peer}"]), WrongUse, "--initial-members: this member's own node id 17 is missing");

        using (var taken = new TcpListener(IPAddress.Loopback, _ports.First + 2))
        {
            taken.Start();
            AssertRefused(
                await StateServerExecutable.RunAsync([.. right, "--initial-members", $"a=17@{peer}"]), Failed, $"--listen-http: 127.0.0.1:{_ports.First + 2} is taken");
        }

        AssertRefused(
            await StateServerExecutable.RunAsync([.. right, "--initial-members", $"a=17@{peer}", "--config", Path.Combine(_scratch.Path, "none.yaml")]),
            WrongUse, "none.yaml");
        string file = Path.Combine(_scratch.Path, "file");
        File.WriteAllText(file, "");
        right[Array.IndexOf(right, "--data-dir") + 1] = Path.Combine(file, "data");
        AssertRefused(await StateServerExecutable.RunAsync([.. right, "--initial-members", $"a=17@{peer}"]), Failed, $"--data-dir: {file} is a file");
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task Status_of_nobody_is_one_line_that_names_each_endpoint()
    {
        string[] endpoints = [$"127.0.0.1:{_ports.First}", $"127.0.0.1:{_ports.First + 1}"];
        AssertRefused(await StateServerExecutable.RunAsync(["status", "--endpoints", string.Join(',', endpoints)]), Failed, endpoints);
    }

    public void Dispose()
    {
        _scratch.Dispose();
        _ports.Dispose();
    }

    private static string Moved(string text, int from, int to)
    {
        for (int offset = 0; offset < 30; offset++)
        {
            text = text.Replace(Port(from + offset), Port(to + offset), StringComparison.Ordinal);
        }

        return text;

        static string Port(int port) => ":" + port.ToString(CultureInfo.InvariantCulture);
    }

    private static string[] Lines(CommandResult result) => result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Nothing on standard output, and one line on standard error that begins with our name and holds each part.</summary>
    private static void AssertRefused(CommandResult result, int exitCode, params string[] parts)
    {
        Assert.True(result.ExitCode == exitCode && result.Output.Length == 0 && Lines(result).Length == 1, result.ToString());
        Assert.StartsWith("stateserver: ", result.Error, StringComparison.Ordinal);
        Assert.All(parts, part => Assert.Contains(part, result.Error, StringComparison.Ordinal));
    }

    private Task<CommandResult> UpAsync(string root) =>
        StateServerExecutable.RunAsync(["up", "--root", root, "--port", $"{_ports.First}", "--detach"]);
}
