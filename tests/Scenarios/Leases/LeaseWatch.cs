using System.Collections.Concurrent;
using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Wire;

namespace StateServer.Scenarios.Leases;

/// <summary>
/// Leases of one client that is strict with time: every second one is renewed all the time through changing members, and each
/// one's key is looked at. What was promised counts from when it was asked for.
/// </summary>
internal sealed class LeaseWatch : IAsyncDisposable
{
    private const string Prefix = "watched/";

    private readonly TestCluster _cluster;
    private readonly int _seconds;
    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly ConcurrentDictionary<long, TimeSpan> _promisedUntil = [];
    private readonly ConcurrentDictionary<long, string> _endedEarly = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _stopRenewing = new();
    private Task _loops = Task.CompletedTask;
    private long _rounds;
    private long _renewals;
    private long _left;

    private LeaseWatch(TestCluster cluster, int seconds) => (_cluster, _seconds) = (cluster, seconds);

    /// <summary>Leases whose key was gone before its time.</summary>
    public IEnumerable<string> EndedEarly => _endedEarly.Values;

    /// <summary>Keep-alives that were answered.</summary>
    public long Renewals => Volatile.Read(ref _renewals);

    /// <summary>Grants leases with a key each, and begins.</summary>
    public static async Task<LeaseWatch> StartAsync(TestCluster cluster, int leases, int seconds)
    {
        var watch = new LeaseWatch(cluster, seconds);
        for (int i = 0; i < leases; i++)
        {
            var asked = watch._clock.Elapsed;
            long lease = await cluster[i % cluster.Size].GrantAsync(seconds);
            watch._promisedUntil[lease] = asked + TimeSpan.FromSeconds(seconds);
            await cluster[i % cluster.Size].PutAsync(watch.KeyOf(lease), "1", lease);
        }

        watch._loops = Task.WhenAll(
            [.. watch._promisedUntil.Keys.Where((_, place) => place % 2 == 0).Select(watch.RenewAsync), watch.LookAsync()]);
        return watch;
    }

    /// <summary>Waits until all keys were looked at so often.</summary>
    public Task RoundsAsync(int count)
    {
        long until = Volatile.Read(ref _rounds) + count;
        return Until.TrueAsync($"the leases were looked at {count} times", TestCluster.Patience, () => Volatile.Read(ref _rounds) >= until, _cluster.Logs);
    }

    /// <summary>From now on nothing is renewed.</summary>
    public void StopRenewing() => _stopRenewing.Cancel();

    /// <summary>Waits until no key is left.</summary>
    public Task AllEndAsync() => Until.TrueAsync(
        "all leases ended", TestCluster.Patience, async () =>
        {
            await RoundsAsync(1);
            return Volatile.Read(ref _left) == 0;
        },
        () => $"{_left} are left\n{_cluster.Logs()}");

    public async ValueTask DisposeAsync()
    {
        await _stopRenewing.CancelAsync();
        await _stop.CancelAsync();
        await _loops;
        _stop.Dispose();
        _stopRenewing.Dispose();
    }

    private string KeyOf(long lease) => $"{Prefix}{lease}";

    private async Task RenewAsync(long lease)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        for (int turn = (int)(lease % _cluster.Size); !_stopRenewing.IsCancellationRequested; turn++)
        {
            var asked = _clock.Elapsed;
            try
            {
                if (await _cluster[turn % _cluster.Size].KeepAliveAsync(lease, TimeSpan.FromSeconds(2)) == _seconds)
                {
                    _promisedUntil[lease] = asked + TimeSpan.FromSeconds(_seconds);
                    Interlocked.Increment(ref _renewals);
                }
            }
            catch (Grpc.Core.RpcException)
            {
                // That member is down or asleep, or knows no leader: the next one is asked.
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private async Task LookAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (int turn = 0; !_stop.IsCancellationRequested; turn++)
        {
            try
            {
                // What is promised at the end of the read was promised when it was answered: later promises don't count.
                var promised = _promisedUntil.ToDictionary();
                var found = await _cluster[turn % _cluster.Size].RangeAsync(
                    Prefix, EtcdConnection.After(Prefix), within: TimeSpan.FromSeconds(2));
                var now = _clock.Elapsed;
                var there = found.Keys.Select(key => key.Key).ToHashSet();
                foreach (var (lease, until) in promised)
                {
                    if (!there.Contains(KeyOf(lease)) && now < until)
                    {
                        _endedEarly.TryAdd(lease, $"lease {lease} was gone at {now}, promised until {until}");
                    }
                }

                Volatile.Write(ref _left, there.Count);
                Interlocked.Increment(ref _rounds);
            }
            catch (Grpc.Core.RpcException)
            {
                // As above.
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }
}
