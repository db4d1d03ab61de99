using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Clusters;

/// <summary>
/// Our own cluster of fixed members: brought up by <c>up --no-environment --detach</c>, members restarted one by one by <c>server</c> with the very options that
/// <c>up</c> had given them, ended by <c>down --destroy</c>.
/// </summary>
internal sealed class StateServerCluster : TestCluster
{
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly Dictionary<int, string[]> _commands = [];
    private readonly Dictionary<int, Process> _started = [];

    private StateServerCluster(int size, IReadOnlyDictionary<string, string>? environment)
        : base(size) => _environment = StateServerExecutable.WithRuntime(environment);

    /// <summary>The folder of the root, for tests that put a disk of their own there.</summary>
    public string Disk => Path.Combine(Scratch, "disk");

    /// <summary>The cluster's --root.</summary>
    public string Root => Path.Combine(Disk, "cluster");

    /// <summary>What a member that <see cref="LaunchAsync(int)"/> starts tells clients to dial, by slot; null for its own address.</summary>
    public Func<int, string>? Advertised { get; set; }

    /// <summary>All members' client addresses, comma-separated.</summary>
    public string AllEndpoints => string.Join(',', Endpoints);

    /// <summary>A cluster that is up.</summary>
    /// <param name="size">Members.</param>
    /// <param name="environment">Settings of all members, as STATESERVER_… variables.</param>
    public static async Task<StateServerCluster> StartedAsync(int size = 3, IReadOnlyDictionary<string, string>? environment = null)
    {
        var cluster = Unstarted(size, environment);
        try
        {
            await cluster.StartAsync();
            await cluster.RegisteredAsync();
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A cluster of which nothing was made yet.</summary>
    /// <param name="size">Members.</param>
    /// <param name="environment">Settings of all members, as STATESERVER_… variables.</param>
    public static StateServerCluster Unstarted(int size = 3, IReadOnlyDictionary<string, string>? environment = null) => new(size, environment);

    public string FolderOf(int slot) => Path.Combine(Root, $"server-{slot}", "data");

    public string LogFileOf(int slot) => Path.Combine(Root, $"server-{slot}", "server.log");

    /// <summary>Where a member answers HTTP.</summary>
    public string HttpOf(int slot) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port + (10 * slot) + 2}");

    /// <summary>Runs a verb on this cluster's root.</summary>
    public Task<CommandResult> VerbAsync(string verb, params string[] arguments) =>
        StateServerExecutable.RunAsync([verb, "--root", Root, .. arguments], _environment);

    /// <summary>Runs a verb below <c>snapshot</c>.</summary>
    public Task<CommandResult> SnapshotAsync(string verb, params string[] arguments) =>
        StateServerExecutable.RunAsync(["snapshot", verb, .. arguments], _environment);

    /// <summary><c>up --detach</c>, for the first time or again. A key-value store alone, which the scenarios that etcd runs too need: an environment takes revisions.</summary>
    public async Task<CommandResult> UpAsync(params string[] arguments)
    {
        var result = await VerbAsync(
            "up", ["-n", $"{Size}", "--port", $"{Port}", "--detach", "--no-environment", .. arguments]);
        foreach (int slot in Slots)
        {
            Remember(slot);
        }

        return result;
    }

    /// <summary>Each member that registers is a revision, which must not come amidst those that a scenario counts.</summary>
    private Task RegisteredAsync() => Until.TrueAsync(
        "all members are registered, and known to vote",
        Patience,
        async () => (await this[0].ReadAllAsync("/stateserver/members/"))
            .Count(member => member.Value.Contains("\"votes\":true", StringComparison.Ordinal)) == Size,
        Logs);

    /// <summary>The fields of one member's or the cluster's JSON status.</summary>
    public async Task<JsonElement> StatusAsync(string? endpoints = null)
    {
        var result = await StateServerExecutable.RunAsync(
            ["status", "--format", "json", "--endpoints", endpoints ?? AllEndpoints], _environment);
        result.Succeeded();
        return JsonDocument.Parse(result.Output).RootElement;
    }

    /// <summary>What a member's HTTP port answers.</summary>
    public async Task<string> HttpAsync(int slot, string path)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(10) };
        using var response = await http.GetAsync(HttpOf(slot) + path, TestContext.Current.CancellationToken);
        string text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(text.Length > 0, $"{path} of slot {slot} answered {response.StatusCode} and no text\n{Logs()}");
        return text;
    }

    public override int? ProcessOf(int slot)
    {
        if (_started.TryGetValue(slot, out var process) && !process.HasExited && LiveProcess.IsAlive(process.Id))
        {
            return process.Id;
        }

        try
        {
            using var proof = JsonDocument.Parse(File.ReadAllText(Path.Combine(FolderOf(slot), "process.json")));
            int pid = proof.RootElement.GetProperty("pid").GetInt32();
            return LiveProcess.IsAlive(pid) && LiveProcess.CommandLine(pid).Contains($"{FolderOf(slot)} ", StringComparison.Ordinal) ? pid : null;
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Waits for the end of a member that <see cref="LaunchAsync(int)"/> started; returns its exit code, 128 + signal where a signal ended it.</summary>
    public async Task<int> ExitCodeAsync(int slot, TimeSpan? limit = null)
    {
        try
        {
            await _started[slot].WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(limit ?? Patience);
            return _started[slot].ExitCode;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"the member in slot {slot} did not end\n{Logs()}");
        }
    }

    /// <summary>kill -9 where it runs, and a start by <c>server</c>: from then on it is a child of this process, which sees its exit code.</summary>
    public async Task AdoptAsync(int slot)
    {
        await KillAsync(slot);
        await LaunchAsync(slot);
        await WaitHealthyAsync([slot]);
    }

    /// <summary>Starts a member by <c>server</c>, with what its last start by <c>up</c> was given.</summary>
    public override Task LaunchAsync(int slot) => LaunchAsync(slot, new Dictionary<string, string>());

    /// <summary>As <see cref="LaunchAsync(int)"/>, with more variables.</summary>
    public Task LaunchAsync(int slot, IReadOnlyDictionary<string, string> more)
    {
        // As `up` does it: the shell gives the member its log before the runtime starts.
        string[] command = [.. _commands[slot].Where(word => word != "--own-session")];
        if (Advertised is { } advertised)
        {
            command[Array.IndexOf(command, "--advertise-client") + 1] = advertised(slot);
        }

        var start = new ProcessStartInfo("/bin/sh")
        {
            ArgumentList = { "-c", "exec \"$@\" </dev/null >>\"$0\" 2>&1", LogFileOf(slot) },
            WorkingDirectory = Root,
        };
        Array.ForEach(command, start.ArgumentList.Add);
        foreach (var (name, value) in _environment.Concat(more))
        {
            start.Environment[name] = value;
        }

        _started[slot] = Process.Start(start)!;
        return Task.CompletedTask;
    }

    protected override async Task LaunchAsync() => (await UpAsync()).Succeeded();

    protected override async Task StopAllAsync()
    {
        foreach (int pid in Slots.Select(ProcessOf).OfType<int>())
        {
            LiveProcess.Send(pid, Signal.Continue);
        }

        if (File.Exists(Path.Combine(Root, "cluster.json")))
        {
            var down = await VerbAsync("down", "--destroy");
            Assert.True(down.ExitCode == 0, $"{down}\n{Logs()}");
        }
    }

    protected override IEnumerable<string> LogFiles(int slot) => File.Exists(LogFileOf(slot)) ? [LogFileOf(slot)] : [];

    private void Remember(int slot)
    {
        if (ProcessOf(slot) is { } pid && !_commands.ContainsKey(slot))
        {
            _commands[slot] = LiveProcess.Arguments(pid);
        }
    }
}
