using System.Collections.Concurrent;
using System.Globalization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Leases that are granted, hold keys, are kept alive for a while, and then are left alone or revoked. By the clients' clock none
/// ends early, in the end all do, and the keys of one vanish at one revision.
/// </summary>
internal sealed class LeaseWorkload : IWorkload
{
    private const string Prefix = "lease/";

    /// <summary>Leases of one client at once.</summary>
    private const int LeasesAtOnce = 4;

    private const int ShortestTtlSeconds = 2;
    private const int LongestTtlSeconds = 5;
    private const int MostKeys = 4;

    /// <summary>One lease in so many is revoked; has a key that is taken off it; is still tried when it is over.</summary>
    private const int RevokedOf = 4;

    private const int FreedOf = 6;
    private const int TriedOf = 3;

    /// <summary>Ids of our own, so that also a grant of unknown outcome is known.</summary>
    private const long FirstId = 1_000_000_000_000;

    /// <summary>Beyond the longest time to live: for a new leader, who gives each lease a whole one, and for a busy machine.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds((2 * LongestTtlSeconds) + 10);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentQueue<LeaseLife> _lives = new();
    private readonly List<WatchStream> _streams = [];
    private IReadOnlySet<string>? _keysLeft;
    private IReadOnlySet<long>? _leasesLeft;
    private string? _unread;

    public string Name => "lease";

    public string Description => "leases granted, kept alive and left alone or revoked; none ends early by its client's clock, all end, with all their keys at one revision";

    public async Task RunAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var stop = new CancellationTokenSource();
        var pool = new ConcurrentDictionary<KeyChange, KeyChange>();
        WatchAim all = new(Prefix) { End = MemberClient.After(Prefix).ToStringUtf8(), WithoutPuts = true };
        _streams.AddRange(Enumerable.Range(0, context.Cluster.Members.Count).Select(member =>
            new WatchStream(context, new Random(HashCode.Combine(context.Seed, member, 29)), member, pool, new Watcher($"ends-{member}", all, 1)) { Roams = member % 2 == 1 }));
        Task[] watching = [.. _streams.Select(s => Task.Run(() => s.RunAsync(stop.Token), CancellationToken.None))];
        await Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));
        await AwaitEndsAsync(context);
        await stop.CancelAsync();
        await Task.WhenAll(watching);
        _streams.ForEach(s => s.Dispose());
    }

    public Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        if (_keysLeft is null || _leasesLeft is null)
        {
            throw new FinalReadFailedException($"the final read of leases and their keys failed: {_unread}");
        }

        Verdict verdict = LeaseChecker.Check(new LeaseEvidence { Lives = _lives, Ends = Ends(), KeysLeft = _keysLeft, LeasesLeft = _leasesLeft });
        if (verdict.Conclusion == Conclusion.Violated)
        {
            LeaseLog.Write(Path.Combine(context.OutputFolder, "lease.txt"), _lives, Ends());
        }

        return Task.FromResult<IReadOnlyList<Verdict>>([verdict]);
    }

    private Dictionary<string, KeyEnd> Ends() => _streams
        .SelectMany(s => s.AllWatchers).SelectMany(w => w.Spans).SelectMany(s => s.Answers)
        .SelectMany(a => a.Changes.Select(c => (c.Key, End: new KeyEnd(c.Revision, a.At))))
        .GroupBy(e => e.Key)
        .ToDictionary(g => g.Key, g => g.Select(e => e.End).MinBy(e => e.SeenAt)!);

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, process);
        await Task.WhenAll(Enumerable.Range(0, LeasesAtOnce).Select(async place =>
        {
            var random = new Random(HashCode.Combine(context.Seed, process, place, 31));
            using MemberClient own = client.Beside();
            for (int number = 0; !cancellationToken.IsCancellationRequested; number++)
            {
                long id = FirstId + (((process * LeasesAtOnce) + place) * 1_000_000L) + number;
                await using var lease = new HeldLease(context, own, id);
                _lives.Enqueue(lease.Life);
                await LiveAsync(own, lease, random, cancellationToken);
                own.MoveOn();
                await context.PaceAsync(cancellationToken);
            }
        }));
    }

    private static async Task LiveAsync(MemberClient client, HeldLease lease, Random random, CancellationToken cancellationToken)
    {
        long ttl = random.Next(ShortestTtlSeconds, LongestTtlSeconds + 1);
        if (!await lease.GrantAsync(ttl))
        {
            return;
        }

        await AttachAsync(client, lease.Life, random.Next(1, MostKeys + 1), random.Next(2) == 0);
        if (random.Next(FreedOf) == 0)
        {
            await DetachAsync(client, lease.Life);
        }

        // The pauses are sometimes too long for the lease, too.
        double left = 2.5 * ttl * random.NextDouble();
        while (left > 0 && !cancellationToken.IsCancellationRequested && await lease.RenewAsync() is not 0)
        {
            await LookAsync(client, lease.Life, random);
            double pause = ttl * (0.1 + (0.6 * random.NextDouble()));
            left -= pause;
            await Task.Delay(TimeSpan.FromSeconds(pause), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        if (random.Next(RevokedOf) == 0)
        {
            await lease.RevokeAsync();
        }

        await AwaitEndAsync(client, lease.Life, random, TimeSpan.FromSeconds(ttl) + TimeSpan.FromSeconds(3), cancellationToken);
        if (random.Next(TriedOf) == 0)
        {
            await lease.RenewAsync();
            await AttachAsync(client, lease.Life, 1, together: false);
        }
    }

    /// <summary>Puts keys under the lease, one after the other or in one transaction.</summary>
    private static async Task AttachAsync(MemberClient client, LeaseLife life, int count, bool together)
    {
        PutRequest[] puts =
        [
            .. Enumerable.Range(life.Keys.Count, count).Select(n => new PutRequest
            {
                Key = MemberClient.Bytes(string.Create(CultureInfo.InvariantCulture, $"{Prefix}{life.Id}/{n}")),
                Value = MemberClient.Bytes("x"),
                Lease = life.Id,
            }),
        ];
        if (together)
        {
            var request = new TxnRequest();
            request.Success.AddRange(puts.Select(p => new RequestOp { RequestPut = p }));
            long called = WorkloadContext.Now;
            (OperationStatus status, TxnResponse? response) = await client.TxnAsync(request);
            life.Keys.AddRange(puts.Select(p => new LeasedKey(p.Key.ToStringUtf8(), status, called, WorkloadContext.Now, response?.Header.Revision ?? 0)));
            return;
        }

        foreach (PutRequest put in puts)
        {
            long called = WorkloadContext.Now;
            (OperationStatus status, PutResponse? response) = await client.CallAsync((kv, options) => kv.PutAsync(put, options));
            life.Keys.Add(new LeasedKey(put.Key.ToStringUtf8(), status, called, WorkloadContext.Now, response?.Header.Revision ?? 0));
        }
    }

    /// <summary>Takes one key off the lease, if it is there: the lease may be over meanwhile.</summary>
    private static async Task DetachAsync(MemberClient client, LeaseLife life)
    {
        LeasedKey key = life.Keys[0];
        if (key.Attached != OperationStatus.Ok)
        {
            return;
        }

        (OperationStatus status, TxnResponse? response) = await client.TxnAsync(new TxnRequest
        {
            Compare = { MemberClient.ModRevisionIs(key.Name, key.Revision) },
            Success = { MemberClient.Put(key.Name, "free") },
        });
        life.Keys[0] = key with { Detached = response is { Succeeded: false } ? OperationStatus.Fail : status };
    }

    private static async Task<bool?> LookAsync(MemberClient client, LeaseLife life, Random random)
    {
        string key = life.Keys[random.Next(life.Keys.Count)].Name;
        long called = WorkloadContext.Now;
        (_, RangeResponse? response) = await client.GetAsync(key);
        if (response is null)
        {
            return null;
        }

        life.Looks.Add(new KeyLook(key, called, WorkloadContext.Now, response.Kvs.Count > 0));
        return response.Kvs.Count > 0;
    }

    /// <summary>Looks until a key is gone, or for so long.</summary>
    private static async Task AwaitEndAsync(MemberClient client, LeaseLife life, Random random, TimeSpan limit, CancellationToken cancellationToken)
    {
        long end = WorkloadContext.Now + (long)limit.TotalNanoseconds;
        while (WorkloadContext.Now < end && !cancellationToken.IsCancellationRequested && await LookAsync(client, life, random) is not false)
        {
            await Task.Delay(BetweenLooks, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Reads again and again what is left, until nothing is that must go.</summary>
    private async Task AwaitEndsAsync(WorkloadContext context)
    {
        using var client = new MemberClient(context, 0);
        HashSet<string> mustGo = [.. _lives.SelectMany(l => l.Keys).Where(k => k.Detached is null or OperationStatus.Fail).Select(k => k.Name)];
        HashSet<long> ours = [.. _lives.Select(l => l.Id)];
        long end = WorkloadContext.Now + (long)EndLimit.TotalNanoseconds;
        do
        {
            await Task.Delay(BetweenLooks, CancellationToken.None);
            (_, RangeResponse? keys) = await client.PrefixAsync(Prefix);
            (_, LeaseLeasesResponse? leases) = await client.CallChannelAsync(
                (channel, options) => new Lease.LeaseClient(channel).LeaseLeasesAsync(new LeaseLeasesRequest(), options), writes: false);
            _unread = client.LastFailure.ToString();
            _keysLeft = keys?.Kvs.Select(kv => kv.Key.ToStringUtf8()).ToHashSet(StringComparer.Ordinal) ?? _keysLeft;
            _leasesLeft = leases?.Leases.Select(l => l.ID).ToHashSet() ?? _leasesLeft;
        }
        while (WorkloadContext.Now < end && (_keysLeft is null || _leasesLeft is null || mustGo.Overlaps(_keysLeft) || ours.Overlaps(_leasesLeft)));
    }
}
