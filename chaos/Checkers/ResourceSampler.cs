using System.Globalization;
using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Checkers;

/// <summary>Looks at each member's memory and file descriptors every second, and judges the highest it saw.</summary>
internal sealed class ResourceSampler : IAsyncDisposable
{
    /// <summary>
    /// Resident memory. A member with an empty state takes about 150 MiB of it (the runtime, two gRPC ports, its buffers);
    /// the states of these runs are below 50 MiB; the proposal queue is bounded by 64 MiB, and what followers are sent by
    /// batches of 1 MiB. What exceeds this many grows without a bound.
    /// </summary>
    private const long MostMemoryBytes = 700L * 1024 * 1024;

    /// <summary>
    /// For each byte that large values leave in the history: the value itself, what the collector lets lie beside it, and what a
    /// snapshot of it holds while it travels. 2.5 was seen with 500 MiB of them.
    /// </summary>
    private const int MemoryPerKeptByte = 3;

    /// <summary>
    /// Descriptors: about 200 for the runtime's files, ports and log, and one a connection; a run has at most 60 clients and
    /// 7 members with a few connections each.
    /// </summary>
    private const int MostDescriptors = 600;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly ClusterUnderTest _cluster;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private (long Bytes, string Member) _memory;
    private (int Count, string Member) _descriptors;
    private int _samples;

    public ResourceSampler(ClusterUnderTest cluster, TimeProvider time)
    {
        _cluster = cluster;
        _running = RunAsync(time);
    }

    /// <param name="keptBytes">What workloads have put into the history of large values.</param>
    public Verdict Judge(long keptBytes) =>
        Judge(_memory.Bytes, _memory.Member, _descriptors.Count, _descriptors.Member, _samples, keptBytes);

    /// <summary>Judges the highest values seen.</summary>
    public static Verdict Judge(long memoryBytes, string memoryOf, int descriptors, string descriptorsOf, int samples, long keptBytes = 0)
    {
        long mostMemory = MostMemoryBytes + (MemoryPerKeptByte * keptBytes);
        string seen = string.Create(
            CultureInfo.InvariantCulture,
            $"at most {memoryBytes >> 20} MiB ({memoryOf}) of {mostMemory >> 20}, {descriptors} file descriptors ({descriptorsOf}) of {MostDescriptors}, in {samples} looks");
        Conclusion conclusion = samples == 0 ? Conclusion.Undecided
            : memoryBytes > mostMemory || descriptors > MostDescriptors ? Conclusion.Violated
            : Conclusion.Holds;
        return new Verdict("resources", conclusion, seen);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync(TimeProvider time)
    {
        while (!_stop.IsCancellationRequested)
        {
            foreach (MemberProcess member in _cluster.Members.Where(m => m.IsRunning))
            {
                Look(member);
            }

            await Task.Delay(Interval, time, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Look(MemberProcess member)
    {
        try
        {
            string folder = $"/proc/{member.ProcessId}";
            string resident = File.ReadLines(folder + "/status").First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
            long bytes = long.Parse(resident.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
            int descriptors = Directory.EnumerateFileSystemEntries(folder + "/fd").Count();
            _memory = bytes > _memory.Bytes ? (bytes, member.Name) : _memory;
            _descriptors = descriptors > _descriptors.Count ? (descriptors, member.Name) : _descriptors;
            _samples++;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            // It ended just now.
        }
    }
}
