using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using StateServer.Client;
using StateServer.Loopback;
using StateServer.Protos.Operator;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Wire;
using StateServer.Scenarios.Writes;

namespace StateServer.Scenarios.Membership;

/// <summary>
/// A cluster that <c>bootstrap</c> began and <c>ensure-availability</c> grew by the local provider. Its members come and go by
/// themselves: who they are is asked of it, and which processes they are is seen by their command lines. What it started ends with it.
/// </summary>
internal sealed class SelfHealingCluster : IAsyncDisposable
{
    /// <summary>A loss is noticed, a runtime starts and learns: seconds each, on two cores which other tests use too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>How long a member may be silent, seconds: the local provider's usual.</summary>
    public const int ReplaceAfter = 5;

    /// <summary>A call that goes to a member which is stopped must not hold a writer up for long.</summary>
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(3);

    private readonly (PortBlock Lower, PortBlock Upper) _ports = PortBlock.TakeTwo();
    private readonly ScratchFolder _scratch = new();
    private readonly ConcurrentDictionary<string, EtcdConnection> _connections = new();
    private readonly List<Process> _started = [];
    private readonly LivingEndpoints _living;
    private string[] _asked = [];
    private StateServerClient? _client;
    private string _last = "";

    private SelfHealingCluster() => _living = new(() => [.. Processes().Select(process => process.Client)], $"127.0.0.1:{_ports.Lower.First}");

    /// <summary>The environment's folder.</summary>
    public string Root => Path.Combine(_scratch.Path, "root");

    /// <summary>The machines' folders.</summary>
    public string Machines => Path.Combine(Root, "machines");

    /// <summary>A cluster at its full size.</summary>
    /// <param name="members">How many.</param>
    /// <param name="zones">How many zones there are.</param>
    /// <param name="settings">More of the environment's settings, as environments.yaml has them.</param>
    public static async Task<SelfHealingCluster> StartedAsync(int members, int zones, string settings = "")
    {
        var cluster = new SelfHealingCluster();
        try
        {
            Directory.CreateDirectory(Path.Combine(cluster._scratch.Path, "stateserver"));
            await File.WriteAllTextAsync(
                Path.Combine(cluster._scratch.Path, "stateserver", "environments.yaml"),
                $"default: here\nenvironments:\n  here: {{type: local, root: {cluster.Root}, zone-count: {zones}, replace-after: {ReplaceAfter}s{settings}}}\n");
            await cluster.RunAsync("bootstrap", "--port", $"{cluster._ports.Lower.First}");
            await cluster.RunAsync("ensure-availability", "-n", $"{members}", "--timeout", "3m");
            await cluster.FullAsync(members);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Runs a verb that must succeed; returns what it printed.</summary>
    public async Task<string> RunAsync(params string[] arguments)
    {
        CommandResult result = await StateServerExecutable.RunAsync(
            arguments,
            new Dictionary<string, string>
            {
                ["XDG_CONFIG_HOME"] = _scratch.Path,
                ["XDG_STATE_HOME"] = _scratch.Path,
                ["STATESERVER_ENVIRONMENTS"] = "",
                ["STATESERVER_ENVIRONMENT"] = "",
            },
            Patience + TestCluster.Patience);
        Assert.True(result.ExitCode == 0, $"{result}\n{Evidence()}");
        return result.Output;
    }

    /// <summary>A verb below <c>local</c>.</summary>
    public Task<string> LocalAsync(string verb, string subject) => RunAsync("local", verb, "--root", Root, subject);

    /// <summary>The state servers' processes that live, those of members that were removed among them.</summary>
    public IReadOnlyList<ServerProcess> Processes() =>
        [.. LiveProcess.Pids().Select(Find).OfType<ServerProcess>().Where(found => LiveProcess.IsAlive(found.Pid))];

    /// <summary>A member's process; null where none lives.</summary>
    public ServerProcess? ProcessOf(Member member) => Processes().FirstOrDefault(process => process.Machine == member.Machine);

    /// <summary>A connection to a member.</summary>
    public EtcdConnection this[string client] => _connections.GetOrAdd(client, endpoint => new EtcdConnection(endpoint) { Limit = CallLimit });

    /// <summary>Who the members are, as one that lives says after a quorum round.</summary>
    public async Task<ListMembersResponse> ListAsync()
    {
        var answer = await Client().ListMembersAsync(new ListMembersRequest(), TestContext.Current.CancellationToken);
        _last = answer.ToString();
        return answer;
    }

    /// <summary>Waits until one of the members leads; returns all.</summary>
    public Task<IReadOnlyList<Member>> LedAsync() => AwaitAsync("a member leads", answer => answer.Members.Any(member => member.Leads));

    /// <summary>Waits until so many members vote, none is wanting, leaving or silent, and nothing is under way.</summary>
    /// <param name="voters">How many.</param>
    /// <param name="without">Those that must be gone by then.</param>
    public Task<IReadOnlyList<Member>> FullAsync(int voters, params Member[] without) => AwaitAsync(
        $"{voters} members vote{string.Concat(without.Select(gone => $", {gone.Name} not among them,"))} and all is well",
        answer => answer.Target == voters
            && answer.Operation.Length == 0
            && answer.Members.Count == voters
            && answer.Members.All(member => member is { Vote: "has-vote", Phase: "voting" } && without.All(gone => gone.Id != member.Id))
            && answer.Members.Count(member => member.Leads) == 1);

    /// <summary>Waits until the members are as they should be; returns them.</summary>
    public Task<IReadOnlyList<Member>> AwaitAsync(string awaited, Func<ListMembersResponse, bool> condition) => Until.SomeAsync<IReadOnlyList<Member>>(
        awaited,
        Patience,
        async () => await ListAsync() is var answer && condition(answer) ? answer.Members : null,
        Evidence);

    /// <summary>kill -9 of members at once, and waits until their processes are gone.</summary>
    public async Task KillAsync(params Member[] members)
    {
        await ResumeAsync();
        int[] pids = [.. members.Select(member => Living(member).Pid)];
        foreach (int pid in pids)
        {
            LiveProcess.Send(pid, Signal.Kill);
        }

        await GoneAsync(pids);
    }

    /// <summary>
    /// Says that healing may go on, as an operator does who looks on: the guard counts replacements, and a machine so busy that members
    /// which are well fall silent would else use up what is for those that are taken away here.
    /// </summary>
    public Task ResumeAsync() => Until.TrueAsync(
        "healing may go on", Patience, async () => (await Client().ResumeHealingAsync(TestContext.Current.CancellationToken)).Revision > 0, Evidence);

    /// <summary>Waits until processes are gone.</summary>
    public Task GoneAsync(params int[] pids) =>
        Until.TrueAsync($"processes {string.Join(", ", pids)} are gone", Patience, () => !pids.Any(LiveProcess.IsAlive), Evidence);

    /// <summary>SIGSTOP of a member's process; returns it when the kernel says that it is stopped.</summary>
    public async Task<ServerProcess> SuspendAsync(Member member)
    {
        var process = Living(member);
        LiveProcess.Send(process.Pid, Signal.Stop);
        await Until.TrueAsync($"process {process.Pid} is stopped", Patience, () => LiveProcess.IsStopped(process.Pid));
        return process;
    }

    /// <summary>A member's process, which lives.</summary>
    public ServerProcess Living(Member member) =>
        ProcessOf(member) ?? throw new InvalidOperationException($"member {member.Name} doesn't run\n{Evidence()}");

    /// <summary>kill -9 of all state servers at once, and their start anew as a supervisor would do it.</summary>
    public async Task RestartAllAsync()
    {
        var all = Processes().Select(process => (process, start: StartOf(process))).ToList();
        foreach (var (process, _) in all)
        {
            LiveProcess.Send(process.Pid, Signal.Kill);
        }

        await GoneAsync([.. all.Select(one => one.process.Pid)]);
        _started.AddRange(all.Select(one => Process.Start(one.start)!));
    }

    /// <summary>Writes through all state servers that live, whoever they are at the moment: also one that was removed and runs on.</summary>
    public WriteLoad Load() => WriteLoad.Start(
        [.. Enumerable.Range(0, 4).Select(Roving)], [.. Enumerable.Range(0, 2).Select(Roving)], "load/", TimeSpan.FromMilliseconds(20));

    /// <summary>
    /// Ends the load, and checks that the members hold exactly what was acknowledged, that they agree, and that nothing runs beside
    /// them: no state server, no machine and no record of one.
    /// </summary>
    public async Task VerifyAsync(WriteLoad load, int voters)
    {
        await load.MoreAsync(20, Evidence);
        var history = await load.StopAsync();
        Assert.True(load.Reads > 0, "no linearizable read was answered");
        EtcdConnection[] members = [.. (await FullAsync(voters)).Select(member => this[Living(member).Client])];
        await history.VerifyAsync(members, atLeast: 100, Evidence);
        long revision = (await members[0].RangeAsync("health")).Revision;
        var hashes = new List<HashReply>();
        foreach (var member in members)
        {
            hashes.Add(await Until.SomeAsync($"{member.Endpoint} hashes revision {revision}", Patience, async () => await member.HashAsync(revision), Evidence));
        }

        Assert.True(hashes.Select(reply => (reply.Hash, reply.CompactRevision)).Distinct().Count() == 1, $"the members differ: {string.Join("; ", hashes)}");
        await NoneElseAsync(voters);
        TestContext.Current.SendDiagnosticMessage(history.Summary());
    }

    /// <summary>What is known when something was awaited in vain.</summary>
    public string Evidence() =>
        $"{_last}\n{string.Join('\n', Processes())}\n{string.Join('\n', LogFiles().Select(file => $"--- {file}\n{string.Join('\n', ReadShared(file).Split('\n').TakeLast(30))}"))}";

    /// <summary>All that the state servers that are there have logged.</summary>
    public string Logs() => string.Concat(LogFiles().Select(ReadShared));

    public async ValueTask DisposeAsync()
    {
        try
        {
            foreach (var connection in _connections.Values)
            {
                connection.Dispose();
            }

            if (_client is not null)
            {
                await _client.DisposeAsync();
            }
        }
        finally
        {
            _scratch.Dispose();
            _started.ForEach(process => process.Dispose());
            _ports.Lower.Dispose();
            _ports.Upper.Dispose();
        }
    }

    private static string ReadShared(string file)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));
            return reader.ReadToEnd();
        }
        catch (IOException)
        {
            // Its machine went just now.
            return "";
        }
    }

    private string[] LogFiles() =>
    [
        .. (Directory.Exists(Machines) ? Directory.GetDirectories(Machines) : []).Select(folder => Path.Combine(folder, "machine.log"))
            .Append(Path.Combine(Root, "server-0", "server.log")).Where(File.Exists),
    ];

    private static string? Flag(string[] words, string flag) => Array.IndexOf(words, flag) is >= 0 and var at && at + 1 < words.Length ? words[at + 1] : null;

    /// <summary>The members' machines alone are left, of the model's and of the provider's, and no process beside theirs.</summary>
    private async Task NoneElseAsync(int voters)
    {
        string seen = "";
        await Until.TrueAsync(
            $"nothing but {voters} state servers is there",
            Patience,
            async () =>
            {
                var members = (await ListAsync()).Members;
                string[] machines = [.. members.Select(member => member.Machine).Order(StringComparer.Ordinal)];
                string[] running = [.. Processes().Select(process => process.Machine).Order(StringComparer.Ordinal)];
                string[] recorded = [.. (await this[Living(members[0]).Client].ReadAllAsync("/stateserver/machines/")).Select(key => key.Key.Split('/')[^1]).Order(StringComparer.Ordinal)];
                string[] launched = [.. Directory.GetDirectories(Machines).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];
                string[] folders = [.. Processes().Where(process => process.IsMachine).Select(process => Path.GetFileName(process.Folder)).Order(StringComparer.Ordinal)];
                seen = $"members' machines {Text(machines)}, running {Text(running)}, recorded {Text(recorded)}, launched {Text(launched)}";
                return machines.SequenceEqual(running) && machines.SequenceEqual(recorded) && folders.SequenceEqual(launched);
            },
            () => $"{seen}\n{Evidence()}");

        static string Text(string[] numbers) => string.Join(',', numbers);
    }

    private ServerProcess? Find(int pid) =>
        LiveProcess.Arguments(pid) is [_, "server", ..] words
        && Flag(words, "--data-dir") is { } folder && folder.StartsWith(Root + "/", StringComparison.Ordinal)
        && Flag(words, "--listen-client") is { } client
            ? new ServerProcess(pid, client, folder, folder.StartsWith(Machines + "/", StringComparison.Ordinal))
            : null;

    /// <summary>How a process is started again: its own words and environment.</summary>
    private ProcessStartInfo StartOf(ServerProcess process)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", process.LogFile },
            WorkingDirectory = Root,
        };
        Array.ForEach(LiveProcess.Arguments(process.Pid), start.ArgumentList.Add);
        start.Environment.Clear();
        foreach (string variable in File.ReadAllText($"/proc/{process.Pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            start.Environment[variable.Split('=', 2)[0]] = variable.Split('=', 2)[1];
        }

        return start;
    }

    /// <summary>Asks those that run; one that is stopped would let a call wait.</summary>
    private StateServerClient Client()
    {
        string[] running = [.. Processes().Where(process => !LiveProcess.IsStopped(process.Pid)).Select(process => process.Client).Order(StringComparer.Ordinal)];
        if (_client is null || !running.SequenceEqual(_asked))
        {
            _ = _client?.DisposeAsync().AsTask();
            _client = running.Length > 0
                ? new StateServerClient(new ClientOptions { Endpoints = running })
                : throw new InvalidOperationException("no state server runs");
            _asked = running;
        }

        return _client;
    }

    private Route Roving(int worker)
    {
        int at = worker;
        return failed =>
        {
            at += failed ? 1 : 0;
            string client = _living.At(at);
            return (int.Parse(client.Split(':')[1], CultureInfo.InvariantCulture), this[client]);
        };
    }
}
