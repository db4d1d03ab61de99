using System.Globalization;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Bench.Load;
using StateServer.Bench.Machine;
using StateServer.Protos.Operator;

namespace StateServer.Bench.Targets;

/// <summary>
/// Members of this repository's server that replace each other by themselves: the first begun by <c>bootstrap</c>, the others
/// launched as local machines by <c>ensure-availability</c>. Who they are changes: <see cref="RefreshAsync"/> looks again.
/// </summary>
internal sealed class HealingCluster : TargetCluster
{
    /// <summary>Growing to seven members, each a process that is started and taught, on two busy cores.</summary>
    private static readonly TimeSpan GrowthLimit = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan RefreshLimit = TimeSpan.FromSeconds(30);

    /// <summary>Ports of machines begin a hundred behind the first member's, ten each.</summary>
    private const int PortsToHave = 300;

    /// <summary>What members and machines have among their arguments, and no other process.</summary>
    private const string OwnSession = "--own-session";

    /// <summary>Is in the folder from the beginning until all is removed.</summary>
    private const string ClusterFile = "cluster.json";

    private readonly string _program;
    private readonly Dictionary<string, string> _environment;
    private readonly int _port;
    private string _version = "";
    private IReadOnlyList<TargetMember> _members = [];
    private IReadOnlyList<string> _endpoints;

    /// <param name="name">Its name in tables.</param>
    /// <param name="folder">A folder of its own, made at the start and removed at the end.</param>
    /// <param name="size">Members: 1, 3, 5 or 7.</param>
    /// <param name="program">The stateserver executable.</param>
    /// <param name="environment">Variables for its processes only.</param>
    public HealingCluster(
        string name, string folder, int size, string program, IReadOnlyDictionary<string, string> environment)
        : base(name, folder)
    {
        Size = size;
        _program = program;
        // What the command line remembers of environments is this cluster's alone.
        _environment = new Dictionary<string, string>(environment) { ["XDG_CONFIG_HOME"] = Path.Combine(folder, "config") };
        if (!File.Exists(program))
        {
            throw new TargetFailedException(
                $"{program} doesn't exist: build src/StateServer in this configuration, or name it with --stateserver");
        }
        _port = PortBlock.Find(PortsToHave);
        _endpoints = [$"http://127.0.0.1:{_port}"];
    }

    public override int Size { get; }

    public override string Version => _version;

    /// <summary>Of those that voted when it was looked at last.</summary>
    public override IReadOnlyList<string> Endpoints => _endpoints;

    /// <summary>Those that voted when it was looked at last, and still run.</summary>
    public override IReadOnlyList<TargetMember> Members =>
        [.. _members.Where(member => ProcessFigures.IsRunning(member.ProcessId))];

    /// <summary>Begins it and waits until all its members vote.</summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        await CommandAsync(
            ["bootstrap", "-e", "local", "--root", Folder, "--port", _port.ToString(CultureInfo.InvariantCulture)],
            CommandLimit, cancellationToken);
        await CommandAsync(
            [
                "ensure-availability", "-n", Size.ToString(CultureInfo.InvariantCulture), "--endpoints", string.Join(',', Endpoints),
                "--timeout", string.Create(CultureInfo.InvariantCulture, $"{GrowthLimit.TotalSeconds:F0}s"),
            ],
            GrowthLimit + CommandLimit, cancellationToken);
        await RefreshAsync(cancellationToken);
    }

    /// <summary>Nobody asks for it here.</summary>
    public override Task<TimeSpan?> MeasureSnapshotAsync(CancellationToken cancellationToken) => Task.FromResult<TimeSpan?>(null);

    /// <summary>Looks who votes now, until as many answer as there are to be.</summary>
    /// <exception cref="TargetFailedException">They didn't within half a minute.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(RefreshLimit);
        string reason = "";
        while (!deadline.IsCancellationRequested)
        {
            foreach (string endpoint in Endpoints)
            {
                try
                {
                    if (await TryRefreshAsync(endpoint, deadline.Token))
                    {
                        return;
                    }
                    reason = $"not {Size} members answer and vote";
                }
                catch (RpcException exception)
                {
                    reason = exception.Status.ToString();
                }
            }
            await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
        }
        cancellationToken.ThrowIfCancellationRequested();
        throw new TargetFailedException($"{Name} isn't whole within {RefreshLimit}: {reason}");
    }

    /// <summary>Copies the members' logs to a folder, to see why something failed.</summary>
    public void KeepLogs(string folder)
    {
        foreach (string log in Directory.Exists(Folder) ? Directory.EnumerateFiles(Folder, "*.log*", SearchOption.AllDirectories) : [])
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(Folder, log));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(log, copy, overwrite: true);
        }
    }

    protected override async Task StopAsync()
    {
        try
        {
            if (File.Exists(Path.Combine(Folder, ClusterFile)))
            {
                await CommandAsync(["down", "--root", Folder, "--destroy"], CommandLimit, CancellationToken.None);
            }
        }
        finally
        {
            // A machine that was launched while it was going down is nobody's any more.
            foreach (int left in ProcessFigures.Find(OwnSession, Folder))
            {
                Signals.Kill(left);
                await WaitForEndAsync(left, TimeSpan.FromSeconds(10), CancellationToken.None);
            }
        }
    }

    private async Task<bool> TryRefreshAsync(string endpoint, CancellationToken cancellationToken)
    {
        using GrpcChannel channel = Connections.Open(endpoint);
        GetStatusResponse status = await new Cluster.ClusterClient(channel).GetStatusAsync(
            new GetStatusRequest(), deadline: TimeProvider.System.GetUtcNow().UtcDateTime + CallLimit, cancellationToken: cancellationToken);
        MemberStatus[] voters = [.. status.Members.Where(member => member.Vote == Vote.Has && member.HasPid && member.HasAddress)];
        if (voters.Length != Size)
        {
            return false;
        }
        _version = voters[0].Version;
        _members = [.. voters.Select((member, slot) => new TargetMember(slot, $"http://{member.Address}", member.Pid) { Id = member.Id })];
        _endpoints = [.. _members.Select(member => member.Endpoint)];
        return true;
    }

    private async Task CommandAsync(string[] arguments, TimeSpan limit, CancellationToken cancellationToken)
    {
        ChildProcess.Result result = await ChildProcess.RunAsync(_program, arguments, _environment, limit, cancellationToken);
        if (result.ExitCode != 0)
        {
            throw new TargetFailedException(
                $"stateserver {arguments[0]} ended with {result.ExitCode}: {result.Error.ReplaceLineEndings(" ")}");
        }
    }
}
