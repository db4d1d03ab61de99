using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using StateServer.Chaos.Networks;

namespace StateServer.Chaos.Clusters;

/// <summary>The real executable, several times, as one cluster on loopback addresses or in a network lab. Every process is ended on disposal.</summary>
internal sealed class ClusterUnderTest : IAsyncDisposable
{
    private static readonly string[] Zones = ["local-a", "local-b", "local-c"];

    private readonly ConcurrentQueue<string> _unexpectedDeaths = new();
    private readonly ulong _clusterId = RandomId();
    private readonly string _executable;
    private readonly IReadOnlyList<string> _extraOptions;
    private readonly RunClaim _claim = RunClaim.Take(RunClaim.DefaultFolder);

    private ClusterUnderTest(string executable, string folder, int members, IReadOnlyList<string> extraOptions, int seed)
    {
        _executable = executable;
        _extraOptions = extraOptions;
        Folder = folder;
        Network = NetworkLab.IsInside ? NetworkLab.Create(members, seed, _claim) : null;
        int port = Network is null ? FreePorts.Block(10 * members) : 2379;
        Members = [.. Enumerable.Range(0, members).Select(slot => new MemberProcess(
            slot,
            RandomId(),
            Network is null ? "127.0.0.1" : NetworkLab.Host(slot),
            port + (10 * slot),
            Path.Combine(folder, $"m{slot}"),
            CommandLine,
            _claim))];
        foreach (MemberProcess member in Members)
        {
            member.DiedUnexpectedly += _unexpectedDeaths.Enqueue;
        }
    }

    /// <summary>Lays out a cluster with the surroundings its faults need; starts nothing yet.</summary>
    public static async Task<ClusterUnderTest> CreateAsync(
        string executable, string folder, int members, IReadOnlyList<string> extraOptions, Surroundings surroundings, int seed)
    {
        var cluster = new ClusterUnderTest(executable, folder, members, extraOptions, seed);
        try
        {
            foreach (MemberProcess member in cluster.Members)
            {
                await cluster.SurroundAsync(member, surroundings, seed);
            }
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }

        return cluster;
    }

    /// <summary>Random, as ids of clusters are.</summary>
    public ulong Id => _clusterId;

    public string Folder { get; }

    /// <summary>The network of its own, where the run needs one.</summary>
    public NetworkLab? Network { get; }

    /// <summary>Processes that this run made, mounts and the like: undone by the next run if this one can't.</summary>
    public RunClaim Claim => _claim;

    public IReadOnlyList<MemberProcess> Members { get; }

    public IReadOnlyCollection<string> UnexpectedDeaths => _unexpectedDeaths;

    public int Quorum => (Members.Count / 2) + 1;

    public void StartAll()
    {
        foreach (MemberProcess member in Members)
        {
            member.Start();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (MemberProcess member in Members)
        {
            member.Continue();
            member.Terminate();
        }

        foreach (MemberProcess member in Members)
        {
            await member.WaitForExitAsync(TimeSpan.FromSeconds(10));
            member.Dispose();
            member.ForgetfulDisk?.Dispose();
            if (member.SmallDiskFolder is { } mounted)
            {
                SmallDisk.Unmount(mounted);
            }
        }

        Network?.Dispose();
        _claim.Dispose();
    }

    /// <summary>Lifts everything that faults may have left: links, stopped processes, clocks, ballast, dead members.</summary>
    public void Restore()
    {
        Network?.Traffic.Clear();
        foreach (MemberProcess member in Members)
        {
            member.Continue();
            if (member.SmallDiskFolder is { } disk)
            {
                SmallDisk.Free(disk);
            }

            if (member.HasFakeClock)
            {
                FakeClock.Set(member, TimeSpan.Zero);
            }

            member.Start();
        }
    }

    /// <summary>What a fault left behind that it should have undone; null where nothing is.</summary>
    public string? Residue()
    {
        if (Network is { Traffic.IsDisturbed: true })
        {
            return "links are still disturbed";
        }

        foreach (MemberProcess member in Members)
        {
            string? left = member.IsStopped ? "is still stopped"
                : member.SmallDiskFolder is { } disk && SmallDisk.HasBallast(disk) ? "still has a full disk"
                : member.HasFakeClock && FakeClock.Offset(member) != TimeSpan.Zero ? "still has a wrong clock"
                : member.IsTraced ? "is still traced"
                : null;
            if (left is not null)
            {
                return $"{member.Name} {left}";
            }
        }

        return null;
    }

    private async Task SurroundAsync(MemberProcess member, Surroundings surroundings, int seed)
    {
        bool forgets = surroundings.HasFlag(Surroundings.ForgetfulDisk);
        string backing = forgets ? Path.Combine(member.Folder, "backing") : member.DiskFolder;
        if (surroundings.HasFlag(Surroundings.SmallDisk))
        {
            _claim.NoteMount(backing);
            SmallDisk.Mount(backing);
            member.SmallDiskFolder = backing;
        }

        if (forgets)
        {
            member.ForgetfulDisk = await ForgetfulDisk.MountAsync(backing, member.DiskFolder, seed + member.Slot, _claim);
        }

        if (surroundings.HasFlag(Surroundings.FakeClock))
        {
            FakeClock.Fit(member);
        }
    }

    private static ulong RandomId()
    {
        Span<byte> bytes = stackalloc byte[8];
        RandomNumberGenerator.Fill(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(bytes) | 1;
    }

    private ProcessStartInfo CommandLine(MemberProcess member)
    {
        string initial = string.Join(',', Members.Select(m => $"{m.Name}={m.Id}@{m.Host}:{m.PeerPort}"));
        List<string> words =
        [
            .. Network is null ? [] : NetworkLab.Enter(member.Slot),
            .. member.Wrapper,
            _executable, "server",
            "--name", member.Name,
            "--node-id", member.Id.ToString(CultureInfo.InvariantCulture),
            "--cluster-id", _clusterId.ToString(CultureInfo.InvariantCulture),
            "--zone", Zones[member.Slot % Zones.Length],
            "--data-dir", member.DataFolder,
            "--listen-client", $"{member.Host}:{member.ClientPort}",
            "--listen-peer", $"{member.Host}:{member.PeerPort}",
            "--listen-http", $"{member.Host}:{member.HttpPort}",
            "--initial-members", initial,
            .. _extraOptions,
        ];
        var start = new ProcessStartInfo(words[0], words.Skip(1))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetTempPath(),
        };
        foreach ((string name, string value) in member.ExtraEnvironment)
        {
            start.Environment[name] = value;
        }

        return start;
    }
}
