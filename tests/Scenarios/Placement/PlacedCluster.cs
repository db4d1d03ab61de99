using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Placement;

/// <summary>A local cluster with its environment, and what one asks of it. Units are real processes whose command line names the test's folder.</summary>
internal sealed class PlacedCluster : IAsyncDisposable
{
    /// <summary>Each machine is a runtime that starts on two cores, which other tests use too.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    /// <summary>Where no silence is a part of the test: longer than it runs, so that a slow machine's silence moves nothing.</summary>
    public const int Unhurried = 3600;

    private readonly List<Process> _agents = [];
    private Process? _outage;

    private PlacedCluster(StateServerCluster cluster) => Cluster = cluster;

    public StateServerCluster Cluster { get; }

    /// <summary>The ways to the members; only where they were asked for.</summary>
    public MemberLinks? Links { get; private init; }

    /// <summary>A member that runs.</summary>
    private int Living => Cluster.Slots.First(slot => Cluster.ProcessOf(slot) is not null);

    /// <summary>A cluster with an environment.</summary>
    /// <param name="replaceAfter">How long an agent may be silent, seconds.</param>
    /// <param name="linked">Whether clients reach members by links that can be cut.</param>
    public static async Task<PlacedCluster> StartedAsync(int replaceAfter = Unhurried, bool linked = false)
    {
        var cluster = StateServerCluster.Unstarted();
        MemberLinks? links = linked ? new MemberLinks(cluster.Endpoints) : null;
        var placed = new PlacedCluster(cluster) { Links = links };
        try
        {
            await cluster.StartAsync();
            await File.WriteAllTextAsync(placed.PathOf("anchor"), "");
            if (links is not null)
            {
                await cluster.AdvertiseAsync(links.UrlOf);
            }

            await cluster.BootstrapAsync(replaceAfter);
            return placed;
        }
        catch
        {
            await placed.DisposeAsync();
            throw;
        }
    }

    /// <summary>Deploys a service whose units run unit.sh.</summary>
    /// <param name="service">Its name.</param>
    /// <param name="units">How many.</param>
    /// <param name="unit">Its words behind the folder.</param>
    /// <param name="options">More of deploy's options.</param>
    public async Task DeployAsync(string service, int units, string[]? unit = null, params string[] options) => (await Cluster.VerbAsync(
        "deploy",
        [
            service, "-n", $"{units}", .. options,
            "--", "/bin/sh", Path.Combine(AppContext.BaseDirectory, "Placement", "unit.sh"), Cluster.Disk, .. unit ?? [],
        ])).Succeeded();

    /// <summary>Adds machines, as evenly over the zones as can be, and waits until all machines that are for units run.</summary>
    /// <param name="count">How many.</param>
    /// <param name="all">How many there are then.</param>
    public async Task AddMachinesAsync(int count, int all)
    {
        (await Cluster.VerbAsync("add-machine", "-n", $"{count}")).Succeeded();
        await AwaitAsync($"{all} machines run", async () => (await Cluster[Living].ReadAllAsync("/stateserver/machines/"))
            .Select(machine => JsonDocument.Parse(machine.Value).RootElement)
            .Count(machine => machine.GetProperty("stateServer").ValueKind == JsonValueKind.Null && machine.GetProperty("status").GetString() == "running") == all);
    }

    /// <summary>
    /// Makes the provider answer nobody, as a cloud's API in an outage: so that no lost machine is ended by it, and all that can be
    /// relied on is what the machines do themselves.
    /// </summary>
    public async Task LoseProviderAsync()
    {
        var start = new ProcessStartInfo("flock") { RedirectStandardOutput = true };
        Array.ForEach(
            [Path.Combine(Cluster.Root, "provider", "process.lock"), "sh", "-c", "echo held; exec tail -f \"$0\"", PathOf("anchor")], start.ArgumentList.Add);
        _outage = Process.Start(start)!;
        Assert.Equal("held", await _outage.StandardOutput.ReadLineAsync().WaitAsync(Patience));
    }

    /// <summary>Ends what <see cref="LoseProviderAsync"/> began.</summary>
    public void RegainProvider()
    {
        _outage?.Kill(entireProcessTree: true);
        _outage?.Dispose();
        _outage = null;
    }

    /// <summary>A verb below <c>local</c>.</summary>
    public async Task LocalAsync(string verb, string subject) =>
        (await StateServerExecutable.RunAsync(["local", verb, "--root", Cluster.Root, subject])).Succeeded();

    /// <summary>All starts of units so far, in their order.</summary>
    public IReadOnlyList<UnitStart> Starts() =>
        File.Exists(PathOf("starts")) ? [.. File.ReadAllText(PathOf("starts")).Split('\n')[..^1].Select(UnitStart.Parse)] : [];

    /// <summary>The units of a service whose processes live, as the kernel tells.</summary>
    public IReadOnlyList<UnitStart> Alive(string service) =>
        [.. Starts().Where(start => start.Service == service && IsAlive(start)).OrderBy(start => start.Unit, StringComparer.Ordinal)];

    /// <summary>The environment that a unit was started with.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(UnitStart start) => File.ReadAllLines(PathOf($"environment-{start.Pid}"))
        .Select(line => line.Split('=', 2)).Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>Waits until a service's units all run, and as many processes live; returns their spread, most first, such as 4/3/3.</summary>
    public async Task<string> RunningAsync(string service, int units)
    {
        string spread = "";
        string last = "";
        await AwaitAsync(
            $"{units} units of {service} run",
            async () =>
            {
                if (Alive(service).Count != units)
                {
                    return false;
                }

                JsonElement status = await Cluster.StatusAsync();
                last = status.ToString();

                // While there is no leader the model is left out.
                if (!status.TryGetProperty("services", out JsonElement services) || services.ValueKind != JsonValueKind.Array)
                {
                    return false;
                }

                JsonElement found = services.EnumerateArray().Single(s => s.GetProperty("name").GetString() == service);
                spread = string.Join('/', found.GetProperty("spread").EnumerateObject().Select(zone => zone.Value.GetInt32()).OrderDescending());
                return found.GetProperty("unitsRunning").GetInt32() == units && Alive(service).Count == units;
            },
            () => last);
        return spread;
    }

    /// <summary>Waits until a unit runs on another machine than its first one; returns that start.</summary>
    public async Task<UnitStart> MovedAsync(UnitStart first) => await Until.SomeAsync(
        $"{first.Unit} runs elsewhere than on machine {first.Machine}",
        Patience,
        () => Task.FromResult(Alive(first.Service).FirstOrDefault(start => start.Unit == first.Unit && start.Machine != first.Machine)),
        Evidence);

    /// <summary>Waits until a machine is in a state.</summary>
    public Task MachineIsAsync(string machine, string state) => AwaitAsync(
        $"machine {machine} is {state}",
        async () => (await ViewAsync($"machines/{machine}")).GetProperty("status").GetString() == state);

    /// <summary>A part of the model's view, as any etcd client reads it.</summary>
    private async Task<JsonElement> ViewAsync(string key)
    {
        var found = await Cluster[Living].RangeAsync($"/stateserver/{key}");
        return JsonDocument.Parse(found.Keys.Single().Value).RootElement;
    }

    /// <summary>What <c>explain</c> prints.</summary>
    public async Task<string> ExplainAsync(string subject) => (await Cluster.VerbAsync("explain", subject)).Succeeded().Output;

    /// <summary>Waits for a condition.</summary>
    public Task AwaitAsync(string awaited, Func<Task<bool>> condition, Func<string>? more = null) =>
        Until.TrueAsync(awaited, Patience, condition, () => $"{more?.Invoke()}\n{Evidence()}");

    /// <summary>How many processes of the cluster live: members, agents, what is beside units, and units.</summary>
    public int Processes() =>
        Pids().Count(pid => LiveProcess.IsAlive(pid) && LiveProcess.CommandLine(pid).Contains(Cluster.Disk, StringComparison.Ordinal));

    /// <summary>A machine's agent.</summary>
    public int AgentOf(string machine) => Pids().Single(pid =>
        LiveProcess.IsAlive(pid) && LiveProcess.Arguments(pid) is [_, "agent", ..] words
        && Flag(words, "--folder").StartsWith(Cluster.Root + "/", StringComparison.Ordinal) && Flag(words, "--machine") == machine);

    /// <summary>kill -9 of a machine's agent, and its start anew as a supervisor would do it.</summary>
    public async Task RestartAgentAsync(string machine)
    {
        int pid = AgentOf(machine);
        string[] words = LiveProcess.Arguments(pid);
        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", Path.Combine(Flag(words, "--folder"), "machine.log") },
            WorkingDirectory = Flag(words, "--folder"),
        };
        Array.ForEach(words, start.ArgumentList.Add);
        start.Environment.Clear();
        foreach (string variable in File.ReadAllText($"/proc/{pid}/environ").Split('\0', StringSplitOptions.RemoveEmptyEntries))
        {
            start.Environment[variable.Split('=', 2)[0]] = variable.Split('=', 2)[1];
        }

        LiveProcess.Send(pid, Signal.Kill);
        await Until.TrueAsync($"agent {pid} is gone", Patience, () => !LiveProcess.IsAlive(pid));
        _agents.Add(Process.Start(start)!);
    }

    public async ValueTask DisposeAsync()
    {
        Links?.Heal();
        foreach (int pid in Pids().Where(pid => LiveProcess.IsStopped(pid) && LiveProcess.CommandLine(pid).Contains(Cluster.Disk, StringComparison.Ordinal)))
        {
            LiveProcess.Send(pid, Signal.Continue);
        }

        RegainProvider();
        await Cluster.DisposeAsync();
        Links?.Dispose();
        _agents.ForEach(agent => agent.Dispose());
    }

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .Where(pid => pid > 1);

    private static string Flag(string[] words, string flag) => words[Array.IndexOf(words, flag) + 1];

    private bool IsAlive(UnitStart start) =>
        LiveProcess.IsAlive(start.Pid) && LiveProcess.CommandLine(start.Pid).Contains(Cluster.Disk, StringComparison.Ordinal);

    private string PathOf(string name) => Path.Combine(Cluster.Disk, name);

    private string Evidence() => $"{string.Join('\n', Starts().Select(start => $"{start}{(IsAlive(start) ? " lives" : "")}"))}\n{Cluster.Logs()}";
}
