using System.Diagnostics;
using StateServer.Bench.Machine;

namespace StateServer.Bench.Targets;

/// <summary>Three members of the distribution's etcd on 127.0.0.1, with nothing tuned.</summary>
internal sealed class EtcdCluster : TargetCluster
{
    private const string Server = "/usr/bin/etcd";
    private const string Control = "/usr/bin/etcdctl";

    private readonly Process?[] _processes = new Process?[MemberCount];
    private readonly int _firstPort;
    private string _version = "";

    /// <param name="name">The target's name in tables.</param>
    /// <param name="folder">A folder of its own, made at the start and removed at the end.</param>
    public EtcdCluster(string name, string folder)
        : base(name, folder)
    {
        if (!File.Exists(Server))
        {
            throw new TargetFailedException(
                $"{Server} is not installed: install Debian's etcd-server and etcd-client, or run with --targets ours");
        }
        _firstPort = PortBlock.Find(2 * MemberCount);
        Endpoints = [.. Slots.Select(slot => ClientUrl(slot))];
    }

    public override string Version => _version;

    public override IReadOnlyList<string> Endpoints { get; }

    public override IReadOnlyList<TargetMember> Members =>
    [
        .. Slots.Where(IsRunning)
            .Select(slot => new TargetMember(slot, ClientUrl(slot), _processes[slot]!.Id)),
    ];

    private static IEnumerable<int> Slots => Enumerable.Range(0, MemberCount);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        if (_version.Length == 0)
        {
            ChildProcess.Result version = await ChildProcess.RunAsync(
                Server, ["--version"], null, TimeSpan.FromSeconds(10), cancellationToken);
            _version = version.Output.Split('\n')[0].Replace("etcd Version: ", "", StringComparison.Ordinal);
        }
        Directory.CreateDirectory(Folder);
        foreach (int slot in Slots.Where(slot => !IsRunning(slot)))
        {
            _processes[slot]?.Dispose();
            _processes[slot] = StartMember(slot);
        }
    }

    /// <summary>The duration of `etcdctl snapshot save` from the first member, its verification left out.</summary>
    public override async Task<TimeSpan?> MeasureSnapshotAsync(CancellationToken cancellationToken)
    {
        string file = Path.Combine(Folder, "saved.snapshot");
        long started = Stopwatch.GetTimestamp();
        ChildProcess.Result saved = await ChildProcess.RunAsync(
            Control, ["--endpoints", Endpoints[0], "snapshot", "save", file],
            new Dictionary<string, string> { ["ETCDCTL_API"] = "3" }, TimeSpan.FromMinutes(2), cancellationToken);
        TimeSpan duration = Stopwatch.GetElapsedTime(started);
        if (saved.ExitCode != 0)
        {
            throw new TargetFailedException($"etcdctl snapshot save: {saved.Error}");
        }
        File.Delete(file);
        return duration;
    }

    protected override async Task StopAsync()
    {
        foreach (TargetMember member in Members)
        {
            Signals.Terminate(member.ProcessId);
        }
        foreach (TargetMember member in Members)
        {
            await WaitForEndAsync(member.ProcessId, TimeSpan.FromSeconds(20), CancellationToken.None);
        }
    }

    /// <summary>By the kernel's word: the Process object learns of an end a little later.</summary>
    private bool IsRunning(int slot) => _processes[slot] is Process process && ProcessFigures.IsRunning(process.Id);

    private string ClientUrl(int slot) => $"http://127.0.0.1:{_firstPort + (2 * slot)}";

    private string PeerUrl(int slot) => $"http://127.0.0.1:{_firstPort + (2 * slot) + 1}";

    private Process StartMember(int slot)
    {
        string[] arguments =
        [
            "--name", $"m{slot}",
            "--data-dir", Path.Combine(Folder, $"m{slot}"),
            "--listen-client-urls", ClientUrl(slot),
            "--advertise-client-urls", ClientUrl(slot),
            "--listen-peer-urls", PeerUrl(slot),
            "--initial-advertise-peer-urls", PeerUrl(slot),
            "--initial-cluster", string.Join(',', Slots.Select(other => $"m{other}={PeerUrl(other)}")),
            "--initial-cluster-token", "bench",
            "--initial-cluster-state", "new",
        ];
        // The shell sends its log to a file and then becomes the server itself: same process id.
        string log = Path.Combine(Folder, $"m{slot}.log");
        ProcessStartInfo start = new("/bin/sh", ["-c", "exec \"$0\" \"$@\" >>\"$BENCH_LOG\" 2>&1 </dev/null", Server, .. arguments]);
        foreach (string name in start.Environment.Keys.Where(key => key.StartsWith("ETCD", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }
        start.Environment["BENCH_LOG"] = log;
        return Process.Start(start) ?? throw new TargetFailedException($"{Server} didn't start");
    }
}
