using System.Collections.Concurrent;
using Grpc.Core;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// A few watchers over one stream at a time. It ends streams by itself and loses them to faults; each time its watchers resume,
/// at the same member or the next one. Run by one task; what watchers saw is read when that has ended.
/// </summary>
internal sealed class WatchStream : IDisposable
{
    /// <summary>Without any answer for so long, progress is asked for.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);

    /// <summary>Without any answer for so long, the member is given up by a stream that roams; the others sit out a pause.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan BetweenStreams = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(12);
    private static readonly TimeSpan LongestDawdling = TimeSpan.FromSeconds(2);

    /// <summary>Of a thousand answers: after so many progress is asked for, a watch is cancelled and created anew, the reader dawdles.</summary>
    private const int ProgressRequests = 20;

    private const int Cancellations = 5;
    private const int Dawdlings = 10;

    private readonly MemberClient _client;
    private readonly Random _random;
    private readonly ConcurrentDictionary<KeyChange, KeyChange> _pool;
    private readonly List<Watcher> _retired = [];
    private readonly Dictionary<long, Watcher> _byId = [];
    private readonly Queue<Watcher> _unconfirmed = [];
    private readonly HashSet<long> _cancelled = [];
    private Watcher[] _watchers;
    private long _target = long.MaxValue;
    private long _lastId = 100;

    public WatchStream(WorkloadContext context, Random random, int member, ConcurrentDictionary<KeyChange, KeyChange> pool, params Watcher[] watchers)
    {
        _client = new MemberClient(context, member);
        _random = random;
        _pool = pool;
        _watchers = watchers;
    }

    /// <summary>Whether its watchers resume at the next member, and not at the same.</summary>
    public bool Roams { get; init; }

    /// <summary>Whether it reads slowly at times.</summary>
    public bool Dawdles { get; init; }

    /// <summary>Whether it names the ids of its watches.</summary>
    public bool NamesIds { get; init; }

    /// <summary>Whether members are to notify of progress by themselves.</summary>
    public bool IsNotified { get; init; }

    /// <summary>Gives the revision where new watchers take over, at times, from those there are; null for never.</summary>
    public Func<long>? Anew { get; init; }

    /// <summary>The stream ends itself when all its watchers were told of this revision.</summary>
    public long Target
    {
        get => Volatile.Read(ref _target);
        set => Volatile.Write(ref _target, value);
    }

    /// <summary>Those that are there now.</summary>
    public IReadOnlyList<Watcher> Watchers => _watchers;

    /// <summary>Those there ever were.</summary>
    public IEnumerable<Watcher> AllWatchers => _retired.Concat(_watchers);

    /// <summary>Answers that no member should give.</summary>
    public List<string> Complaints { get; } = [];

    private bool IsDone => _watchers.All(w => w.Reached >= Target);

    /// <summary>Watches until it is told to stop, or its target is reached.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && !IsDone)
        {
            using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
            life.CancelAfter(ShortestLife + ((LongestLife - ShortestLife) * _random.NextDouble()));
            try
            {
                await FollowAsync(life.Token);
            }
            catch (Exception broken) when (broken is RpcException or OperationCanceledException or InvalidOperationException or IOException)
            {
                // The member went, or the stream's life was over.
            }

            if (Roams)
            {
                _client.MoveOn();
            }

            Renew();
            await Task.Delay(BetweenStreams, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _client.Dispose();

    /// <summary>At times the watchers are replaced by such as begin in the past.</summary>
    private void Renew()
    {
        if (Anew is not null && Target == long.MaxValue && _random.Next(2) == 0)
        {
            _retired.AddRange(_watchers);
            _watchers = [.. _watchers.Select(w => new Watcher($"{w.Name.Split('#')[0]}#{_retired.Count}", w.Aim, Anew()))];
        }
    }

    private async Task FollowAsync(CancellationToken life)
    {
        _byId.Clear();
        _unconfirmed.Clear();
        _cancelled.Clear();
        using AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call = new Watch.WatchClient(_client.Channel).Watch(cancellationToken: life);
        foreach (Watcher watcher in _watchers)
        {
            await CreateAsync(call, watcher, life);
        }

        while (!IsDone && await NextAsync(call, life))
        {
            if (!await TakeAsync(call, call.ResponseStream.Current, life))
            {
                return;
            }

            await StirAsync(call, life);
        }
    }

    /// <summary>Asks for the next watch of a watcher. An id is not used again: members keep that of a watch which ended by compaction, as etcd does.</summary>
    private Task CreateAsync(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call, Watcher watcher, CancellationToken life)
    {
        _unconfirmed.Enqueue(watcher);
        return call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = watcher.Begin(_client.Member, NamesIds ? ++_lastId : 0, IsNotified) }, life);
    }

    /// <summary>Waits for an answer, and asks for progress where none comes.</summary>
    /// <returns>Whether there is one.</returns>
    private async Task<bool> NextAsync(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call, CancellationToken life)
    {
        Task<bool> next = call.ResponseStream.MoveNext(life);
        for (TimeSpan waited = TimeSpan.Zero; waited < (Roams ? Patience : LongPatience); waited += Quiet)
        {
            if (await Task.WhenAny(next, Task.Delay(Quiet, life)) == next)
            {
                return await next;
            }

            await AskForProgressAsync(call, life);
        }

        return false;
    }

    private static Task AskForProgressAsync(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call, CancellationToken life) =>
        call.RequestStream.WriteAsync(new WatchRequest { ProgressRequest = new WatchProgressRequest() }, life);

    /// <summary>Does now and then what clients do.</summary>
    private async Task StirAsync(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call, CancellationToken life)
    {
        if (_random.Next(1000) < ProgressRequests || Target != long.MaxValue)
        {
            await AskForProgressAsync(call, life);
        }

        if (_random.Next(1000) < Cancellations && _byId.Count > 0)
        {
            long id = _byId.Keys.ElementAt(_random.Next(_byId.Count));
            if (_cancelled.Add(id))
            {
                await call.RequestStream.WriteAsync(new WatchRequest { CancelRequest = new WatchCancelRequest { WatchId = id } }, life);
            }
        }

        if (Dawdles && _random.Next(1000) < Dawdlings && Target == long.MaxValue)
        {
            await Task.Delay(LongestDawdling * _random.NextDouble(), life);
        }
    }

    /// <returns>Whether the stream can go on.</returns>
    private async Task<bool> TakeAsync(AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call, WatchResponse response, CancellationToken life)
    {
        if (response.Created)
        {
            return Confirm(response);
        }

        // A notification that was asked for is of all watches of the stream.
        if (response.WatchId == -1 && response.Events.Count == 0 && !response.Canceled)
        {
            foreach (Watcher confirmed in _byId.Values)
            {
                confirmed.Take(response, _pool);
            }

            return true;
        }

        if (!_byId.TryGetValue(response.WatchId, out Watcher? watcher))
        {
            if (response is { Canceled: true, CompactRevision: 0, Events.Count: 0 } && _cancelled.Remove(response.WatchId))
            {
                return true; // Compaction ended it while it was being cancelled: members answer both, as etcd does.
            }

            Complaints.Add($"{_client.Member} told of the watch {response.WatchId}, which there is none: {response.Events.Count} events, {(response.Canceled ? "cancelled" : "not cancelled")}");
            return false;
        }

        if (!response.Canceled)
        {
            watcher.Take(response, _pool);
            return true;
        }

        if (response.Events.Count > 0)
        {
            watcher.Take(response, _pool);
        }

        _byId.Remove(response.WatchId);
        watcher.Spans[^1].CompactRevision = response.CompactRevision > 0 ? response.CompactRevision : null;
        if (response.CompactRevision == 0 && !_cancelled.Remove(response.WatchId))
        {
            // The member's own wish, with a reason: it resumes elsewhere.
            return false;
        }

        await CreateAsync(call, watcher, life);
        return true;
    }

    private bool Confirm(WatchResponse response)
    {
        if (!_unconfirmed.TryDequeue(out Watcher? watcher) || response.Events.Count > 0)
        {
            Complaints.Add($"{_client.Member} confirmed a watch that it wasn't asked for, or with events: {response.WatchId}");
            return false;
        }

        watcher.Spans[^1].ConfirmedAt = response.Header.Revision;
        if (response.Canceled)
        {
            watcher.Spans[^1].CompactRevision = response.CompactRevision > 0 ? response.CompactRevision : null;
            if (response.CompactRevision == 0)
            {
                Complaints.Add($"{_client.Member} refused a watch: {response.CancelReason}");
            }

            return false;
        }

        if (!_byId.TryAdd(response.WatchId, watcher))
        {
            Complaints.Add($"{_client.Member} gave the id {response.WatchId} to two watches of one stream");
        }

        return true;
    }
}
