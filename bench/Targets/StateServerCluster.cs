using System.Globalization;
using System.Text.Json;

namespace StateServer.Bench.Targets;

/// <summary>Three members of this repository's server, started and stopped by its own commands.</summary>
internal sealed class StateServerCluster : TargetCluster
{
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(90);

    private readonly string _program;
    private readonly IReadOnlyDictionary<string, string> _environment;
    private readonly int _port;
    private string _version = "";
    private IReadOnlyList<TargetMember> _members = [];

    /// <param name="name">The target's name in tables.</param>
    /// <param name="folder">A folder of its own, made at the start and removed at the end.</param>
    /// <param name="program">The stateserver executable.</param>
    /// <param name="environment">Variables for its processes only.</param>
    public StateServerCluster(
        string name, string folder, string program, IReadOnlyDictionary<string, string> environment)
        : base(name, folder)
    {
        _program = program;
        _environment = environment;
        if (!File.Exists(program))
        {
            throw new TargetFailedException(
                $"{program} doesn't exist: build src/StateServer in this configuration, or name it with --stateserver");
        }
        // The member in slot k serves clients on port+10k, peers on the one behind it, HTTP/1.1 on the next.
        _port = PortBlock.Find(10 * MemberCount);
        Endpoints = [.. Enumerable.Range(0, MemberCount).Select(slot => ClientUrl(slot))];
    }

    public override string Version => _version;

    public override IReadOnlyList<string> Endpoints { get; }

    public override IReadOnlyList<TargetMember> Members =>
        [.. _members.Where(member => Machine.ProcessFigures.IsRunning(member.ProcessId))];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Folder);
        await CommandAsync(
            [
                "up", "-n", MemberCount.ToString(CultureInfo.InvariantCulture), "--root", Folder,
                "--port", _port.ToString(CultureInfo.InvariantCulture), "--detach", "--no-environment",
            ],
            cancellationToken);
        await ReadMembersAsync(cancellationToken);
    }

    /// <summary>
    /// Members write snapshots by themselves, in the background, when enough was applied: the mean of those written until now,
    /// by their own metric; null where none was due yet.
    /// </summary>
    public override async Task<TimeSpan?> MeasureSnapshotAsync(CancellationToken cancellationToken)
    {
        using HttpClient http = new();
        double seconds = 0;
        double count = 0;
        for (int slot = 0; slot < MemberCount; slot++)
        {
            string url = $"http://127.0.0.1:{_port + (10 * slot) + 2}/metrics";
            string[] lines = (await http.GetStringAsync(url, cancellationToken)).Split('\n');
            seconds += SumOf(lines, "stateserver_snapshot_duration_seconds_sum");
            count += SumOf(lines, "stateserver_snapshot_duration_seconds_count");
        }
        return count == 0 ? null : TimeSpan.FromSeconds(seconds / count);
    }

    protected override async Task StopAsync() =>
        await CommandAsync(["down", "--root", Folder, "--destroy"], CancellationToken.None);

    private static double SumOf(string[] lines, string metric) =>
        lines.Where(line => line.StartsWith(metric, StringComparison.Ordinal) && line.Contains("written", StringComparison.Ordinal))
            .Sum(line => double.Parse(line[(line.IndexOf('}', StringComparison.Ordinal) + 1)..].Trim().Split(' ')[0], CultureInfo.InvariantCulture));

    private string ClientUrl(int slot) => $"http://127.0.0.1:{_port + (10 * slot)}";

    private async Task ReadMembersAsync(CancellationToken cancellationToken)
    {
        string json = await CommandAsync(
            ["status", "--endpoints", string.Join(',', Endpoints), "--format", "json"], cancellationToken);
        using JsonDocument status = JsonDocument.Parse(json);
        List<TargetMember> members = [];
        foreach (JsonElement member in status.RootElement.GetProperty("members").EnumerateArray())
        {
            string address = member.GetProperty("address").GetString() ?? "";
            int slot = Enumerable.Range(0, MemberCount)
                .First(k => address.EndsWith(":" + (_port + (10 * k)), StringComparison.Ordinal));
            members.Add(new TargetMember(slot, ClientUrl(slot), member.GetProperty("pid").GetInt32()));
            _version = member.GetProperty("version").GetString() ?? "";
        }
        _members = [.. members.OrderBy(member => member.Slot)];
    }

    private async Task<string> CommandAsync(string[] arguments, CancellationToken cancellationToken)
    {
        ChildProcess.Result result = await ChildProcess.RunAsync(
            _program, arguments, _environment, CommandLimit, cancellationToken);
        return result.ExitCode == 0
            ? result.Output
            : throw new TargetFailedException(
                $"stateserver {arguments[0]} ended with {result.ExitCode}: {result.Error.Split('\n')[^1]}");
    }
}
