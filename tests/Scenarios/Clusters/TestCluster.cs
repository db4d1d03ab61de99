using System.Globalization;
using System.Text;
using StateServer.Loopback;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Clusters;

/// <summary>
/// A cluster of real processes on this machine, one per member, that speaks etcd's protocol on its client ports. Slots
/// count from 0. What it started ends with it.
/// </summary>
internal abstract class TestCluster : IAsyncDisposable
{
    /// <summary>Generous: the machine has two cores and other tests run beside.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly PortBlock _ports = PortBlock.Take();
    private readonly ScratchFolder _scratch = new();
    private readonly EtcdConnection[] _connections;

    protected TestCluster(int size)
    {
        Size = size;
        Endpoints = [.. Enumerable.Range(0, size).Select(slot => $"127.0.0.1:{_ports.First + (10 * slot)}")];
        _connections = [.. Endpoints.Select(endpoint => new EtcdConnection(endpoint))];
    }

    public int Size { get; }

    /// <summary>host:port of every member's client port, by slot.</summary>
    public IReadOnlyList<string> Endpoints { get; }

    /// <summary>The first port of the block.</summary>
    public int Port => _ports.First;

    /// <summary>The folder that holds all that the cluster leaves on disk.</summary>
    public string Scratch => _scratch.Path;

    public IEnumerable<int> Slots => Enumerable.Range(0, Size);

    /// <summary>A connection to a member; it reconnects by itself after a restart.</summary>
    public EtcdConnection this[int slot] => _connections[slot];

    /// <summary>Starts every member that doesn't run, and waits until all answer linearizable reads.</summary>
    public async Task StartAsync()
    {
        await LaunchAsync();
        await WaitHealthyAsync(Slots);
    }

    /// <summary>Launches every member that doesn't run.</summary>
    protected abstract Task LaunchAsync();

    /// <summary>Launches one member that doesn't run, as its supervisor would, without waiting for its health.</summary>
    public abstract Task LaunchAsync(int slot);

    /// <summary>The member's process, or null where none lives.</summary>
    public abstract int? ProcessOf(int slot);

    /// <summary>kill -9, and waits until the process is gone.</summary>
    public Task KillAsync(params int[] slots) => EndAsync(Signal.Kill, slots);

    /// <summary>Sends every named member the signal at once, and waits until all are gone.</summary>
    public async Task EndAsync(Signal signal, params int[] slots)
    {
        int[] pids = [.. slots.Select(Living)];
        foreach (int pid in pids)
        {
            LiveProcess.Send(pid, signal);
        }

        await Until.TrueAsync(
            $"{signal} ended the processes {string.Join(", ", pids)}", Patience, () => !pids.Any(LiveProcess.IsAlive), Logs);
    }

    /// <summary>SIGSTOP, and waits until the kernel says it is stopped.</summary>
    public async Task SuspendAsync(int slot)
    {
        int pid = Living(slot);
        LiveProcess.Send(pid, Signal.Stop);
        await Until.TrueAsync($"process {pid} is stopped", Patience, () => LiveProcess.IsStopped(pid));
    }

    public void Resume(int slot) => LiveProcess.Send(Living(slot), Signal.Continue);

    public int Living(int slot) =>
        ProcessOf(slot) ?? throw new InvalidOperationException($"the member in slot {slot} doesn't run\n{Logs()}");

    /// <summary>Waits until each named member serves a linearizable read and has applied what the leader had when it was asked.</summary>
    public async Task WaitHealthyAsync(IEnumerable<int> slots, TimeSpan? limit = null)
    {
        foreach (int slot in slots)
        {
            await Until.TrueAsync(
                $"the member in slot {slot} answers a linearizable read",
                limit ?? Patience,
                async () =>
                {
                    await this[slot].RangeAsync("health", within: TimeSpan.FromSeconds(2));
                    return true;
                },
                Logs);
        }
    }

    /// <summary>The slot of the leader, as it says of itself; waits until one does.</summary>
    public async Task<int> LeaderAsync(TimeSpan? limit = null)
    {
        string slot = await Until.SomeAsync("a member says that it leads", limit ?? Patience, FindLeaderAsync, Logs);
        return int.Parse(slot, CultureInfo.InvariantCulture);
    }

    /// <summary>Some slot that is not the leader's.</summary>
    public async Task<int> FollowerAsync(Random chance)
    {
        int leader = await LeaderAsync();
        return (leader + chance.Next(1, Size)) % Size;
    }

    /// <summary>All members' keyspaces hash alike at the newest revision; waits until each has applied it.</summary>
    public async Task AssertSameHashAsync()
    {
        long revision = (await this[0].RangeAsync("health")).Revision;
        var hashes = new List<HashReply>();
        foreach (int slot in Slots)
        {
            hashes.Add(await Until.SomeAsync(
                $"slot {slot} hashes revision {revision}", Patience, async () => await this[slot].HashAsync(revision), Logs));
        }

        Assert.True(
            hashes.Select(reply => (reply.Hash, reply.CompactRevision)).Distinct().Count() == 1,
            $"the members differ at revision {revision}: {string.Join("; ", hashes)}");
    }

    /// <summary>The last lines of what each member logged.</summary>
    public string Logs()
    {
        var text = new StringBuilder();
        foreach (string file in LogFiles())
        {
            string[] lines = ReadShared(file).Split('\n');
            text.AppendLine(CultureInfo.InvariantCulture, $"--- {file} (last of {lines.Length} lines)");
            text.AppendJoin('\n', lines.TakeLast(25)).AppendLine();
        }

        return text.ToString();
    }

    /// <summary>All that a member has logged.</summary>
    public string LogOf(int slot) => string.Concat(LogFiles(slot).Select(ReadShared));

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }

        try
        {
            await StopAllAsync();
        }
        finally
        {
            _scratch.Dispose();
            _ports.Dispose();
            GC.SuppressFinalize(this);
        }
    }

    /// <summary>Ends every process of the cluster.</summary>
    protected abstract Task StopAllAsync();

    /// <summary>The log files of one member, oldest first.</summary>
    protected abstract IEnumerable<string> LogFiles(int slot);

    /// <summary>All log files.</summary>
    protected virtual IEnumerable<string> LogFiles() => Slots.SelectMany(LogFiles);

    private async Task<string?> FindLeaderAsync()
    {
        foreach (int slot in Slots.Where(slot => ProcessOf(slot) is { } pid && !LiveProcess.IsStopped(pid)))
        {
            try
            {
                var status = await this[slot].StatusAsync(TimeSpan.FromSeconds(1));
                if (status.Leader != 0 && status.Leader == status.Member)
                {
                    return slot.ToString(CultureInfo.InvariantCulture);
                }
            }
            catch (Grpc.Core.RpcException)
            {
                // Restarting or cut off: another may lead.
            }
        }

        return null;
    }

    private static string ReadShared(string file)
    {
        using var stream = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
