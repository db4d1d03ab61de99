using System.Collections.Concurrent;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Watchers of a few keys on every member, which resume over failovers, while writers put, delete and transact. All are told
/// the same history, which holds every acknowledged write; reads of past revisions agree with it.
/// </summary>
internal sealed class WatchWorkload : IWorkload
{
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan BetweenReads = TimeSpan.FromMilliseconds(400);

    /// <summary>How far back reads and watchers that begin late go, in revisions.</summary>
    private const int LongestPast = 1500;

    private static readonly WatchAim Whole = new(WatchedWriter.Prefix) { End = MemberClient.After(WatchedWriter.Prefix).ToStringUtf8() };

    private readonly ConcurrentDictionary<KeyChange, KeyChange> _pool = new();
    private readonly ConcurrentQueue<TrackedWrite> _writes = new();
    private readonly ConcurrentQueue<PastRead> _reads = new();
    private readonly List<WatchStream> _streams = [];
    private long _emptyAt;
    private long _newest;
    private PastRead? _end;
    private string? _unread;

    public string Name => "watch";

    public string Description => "watchers of keys and ranges on every member, resumed over failovers; each told the same history, nothing missing, doubled, split or out of order";

    public async Task RunAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        if (!await BeginAsync(client, context, cancellationToken))
        {
            return;
        }

        using var stop = new CancellationTokenSource();
        _streams.AddRange(Enumerable.Range(0, context.Cluster.Members.Count).SelectMany(member => Streams(context, member)));
        List<Task> following = [.. _streams.Select(s => Task.Run(() => s.RunAsync(stop.Token), CancellationToken.None))];
        IEnumerable<Task> writing = Enumerable.Range(0, context.Clients).Select(process => WriteAsync(context, process, cancellationToken));
        await Task.WhenAll([.. writing, ReadAsync(context, cancellationToken)]);
        _end = await EndAsync(client);
        if (_end is not null)
        {
            // Some more, who are told everything at the end.
            WatchStream[] late = [.. Enumerable.Range(0, context.Cluster.Members.Count).Select(member =>
                new WatchStream(context, new Random(context.Seed + member), member, _pool, new Watcher($"last-{member}", Whole with { WithBefore = true }, _emptyAt + 1)))];
            _streams.AddRange(late);
            _streams.ForEach(s => s.Target = _end.Revision);
            following.AddRange(late.Select(s => Task.Run(() => s.RunAsync(stop.Token), CancellationToken.None)));
            await Task.WhenAny(Task.WhenAll(following), Task.Delay(EndLimit, CancellationToken.None));
        }

        await stop.CancelAsync();
        await Task.WhenAll(following);
        _streams.ForEach(s => s.Dispose());
    }

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        if (_end is null)
        {
            throw new FinalReadFailedException($"the final read of the watched keys failed: {_unread}");
        }

        var evidence = new WatchEvidence
        {
            Whole = Whole,
            EmptyAt = _emptyAt,
            CompactedTo = await CompactedToAsync(context),
            Spans = [.. _streams.SelectMany(s => s.AllWatchers).SelectMany(w => w.Spans)],
            Writes = _writes,
            Reads = [.. _reads, _end],
        };
        Verdict verdict = WatchChecker.Check(evidence, out IReadOnlyList<string> wrong);
        if (_streams.SelectMany(s => s.Complaints).FirstOrDefault() is { } complaint)
        {
            verdict = new Verdict(Name, Conclusion.Violated, complaint);
        }

        if (verdict.Conclusion == Conclusion.Holds
            && _streams.SelectMany(s => s.Watchers).FirstOrDefault(w => w.Reached < _end.Revision) is { } behind)
        {
            verdict = new Verdict(Name, Conclusion.Violated, $"a watcher was told up to {behind.Reached}, not up to {_end.Revision}, {EndLimit.TotalSeconds:0} s after the end ({behind.Name})");
        }

        if (verdict.Conclusion == Conclusion.Violated)
        {
            WatchLog.Write(Path.Combine(context.OutputFolder, "watch.txt"), wrong, evidence);
        }

        return [verdict];
    }

    /// <summary>One stream that stays at its member, one that roams, one that begins in the past again and again and reads slowly.</summary>
    private IEnumerable<WatchStream> Streams(WorkloadContext context, int member)
    {
        Random Dice(int number) => new(HashCode.Combine(context.Seed, member, number, 17));
        Watcher New(string name, WatchAim aim, bool fromNow = false) => new($"{name}-{member}", aim, fromNow ? 0 : _emptyAt + 1);
        yield return new WatchStream(
            context, Dice(0), member, _pool, New("stays", Whole), New("stays-before", Whole with { WithBefore = true }), New("now", Whole, fromNow: true))
        {
            NamesIds = true,
        };
        yield return new WatchStream(
            context,
            Dice(1),
            member,
            _pool,
            New("fragments", Whole with { WithBefore = true, InFragments = true }),
            New("key", new WatchAim(WatchedWriter.Key(0, 0))),
            New("key-before", new WatchAim(WatchedWriter.Key(1, 1)) { WithBefore = true }),
            New("group", new WatchAim(WatchedWriter.Group(1)) { End = MemberClient.After(WatchedWriter.Group(1)).ToStringUtf8(), WithBefore = true }),
            New("puts", Whole with { WithoutDeletes = true }),
            New("deletes", Whole with { WithoutPuts = true, WithBefore = true }))
        {
            Roams = true,
        };
        Random past = Dice(3);
        yield return new WatchStream(context, Dice(2), member, _pool, New("late", Whole with { WithBefore = true }), New("late-key", new WatchAim(WatchedWriter.Key(0, 1))))
        {
            Roams = true,
            Dawdles = true,
            IsNotified = true,
            Anew = () => past.NextInt64(Math.Max(_emptyAt + 1, Volatile.Read(ref _newest) - LongestPast), Volatile.Read(ref _newest) + 1),
        };
    }

    private async Task<bool> BeginAsync(MemberClient client, WorkloadContext context, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            (_, RangeResponse? empty) = await client.PrefixAsync(WatchedWriter.Prefix);
            if (empty is not null)
            {
                _newest = _emptyAt = empty.Header.Revision;
                return true;
            }

            await context.PaceAsync(cancellationToken);
        }

        return false;
    }

    private async Task WriteAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, process);
        var writer = new WatchedWriter(client, new Random(HashCode.Combine(context.Seed, process, 19)), process);
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            TrackedWrite write = await writer.WriteAsync(sequence);
            _writes.Enqueue(write);
            if (write.Revision > Volatile.Read(ref _newest))
            {
                Volatile.Write(ref _newest, write.Revision);
            }

            await context.PaceAsync(cancellationToken);
        }
    }

    /// <summary>Reads past revisions, which watches know nothing of.</summary>
    private async Task ReadAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, context.Clients);
        var random = new Random(HashCode.Combine(context.Seed, 23));
        while (!cancellationToken.IsCancellationRequested)
        {
            long newest = Volatile.Read(ref _newest);
            long revision = random.NextInt64(Math.Max(_emptyAt, newest - LongestPast), newest + 1);
            var range = new RangeRequest { Key = MemberClient.Bytes(Whole.Key), RangeEnd = MemberClient.After(Whole.Key), Revision = revision };
            (_, RangeResponse? read) = await client.ReadAsync(range);
            if (read is not null)
            {
                _reads.Enqueue(WatchReading.Read(revision, read));
            }

            client.MoveOn();
            await Task.Delay(BetweenReads, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task<PastRead?> EndAsync(MemberClient client)
    {
        (_, RangeResponse? all) = await client.PrefixAsync(WatchedWriter.Prefix);
        _unread = client.LastFailure.ToString();
        return all is null ? null : WatchReading.Read(all.Header.Revision, all);
    }

    /// <summary>The highest compact revision of any member.</summary>
    private static async Task<long> CompactedToAsync(WorkloadContext context)
    {
        using var client = new MemberClient(context, 0);
        long highest = 0;
        for (int member = 0; member < context.Cluster.Members.Count; member++)
        {
            (_, HashKVResponse? hash) = await client.CallChannelAsync(
                (channel, options) => new Maintenance.MaintenanceClient(channel).HashKVAsync(new HashKVRequest(), options), writes: false);
            highest = Math.Max(highest, hash?.CompactRevision ?? throw new FinalReadFailedException($"the compact revision could not be read: {client.LastFailure}"));
            client.MoveOn();
        }

        return highest;
    }
}
