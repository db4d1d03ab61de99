using System.Collections.Concurrent;
using System.Globalization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;
using Locks = StateServer.Protos.Etcd.Locks;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Clients contend for a few locks, hold them by leases, and write to a resource that checks the fencing revision, some of them
/// long after their lease ended. No two hold one lock at once, and the resource takes no write out of turn.
/// </summary>
internal sealed class LockWorkload : IWorkload
{
    private const string Prefix = "lock/";
    private const int LockCount = 2;
    private const int ShortestTtlSeconds = 2;
    private const int LongestTtlSeconds = 4;
    private const int MostWrites = 8;

    /// <summary>Ids of our own, beside those of <see cref="LeaseWorkload"/>.</summary>
    private const long FirstId = 2_000_000_000_000;

    /// <summary>Of a hundred holders: those that stop for longer than their lease lives, and write all the same.</summary>
    private const int Stalled = 20;

    /// <summary>Of a hundred holders that do not stop: how they release; the rest leave it to the lease.</summary>
    private const int ByKey = 55;

    private const int ByRevocation = 35;

    private static readonly TimeSpan AcquireLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenWrites = TimeSpan.FromMilliseconds(60);

    /// <summary>Beyond the longest time to live: for a new leader, who gives each lease a whole one, and for a busy machine.</summary>
    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds((2 * LongestTtlSeconds) + 10);

    private readonly ConcurrentQueue<LockHold> _holds = new();
    private readonly ConcurrentDictionary<string, FencedResource> _resources = new();
    private string? _left;

    public string Name => "lock";

    public string Description => "locks contended for, held by leases, some left behind; no two holders at once, no write out of turn at a resource that checks the fencing revision";

    public async Task RunAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        await Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));
        _left = await AwaitEndsAsync(context);
    }

    public Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        Verdict verdict = LockChecker.Check(_holds, _resources.ToDictionary(r => r.Key, r => r.Value.Accepted));
        if (verdict.Conclusion == Conclusion.Holds && _left is not null)
        {
            verdict = new Verdict(Name, Conclusion.Violated, _left);
        }

        return Task.FromResult<IReadOnlyList<Verdict>>([verdict]);
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(context.Seed, process, 37));
        using var client = new MemberClient(context, process);
        for (int number = 0; !cancellationToken.IsCancellationRequested; number++)
        {
            long ttl = random.Next(ShortestTtlSeconds, LongestTtlSeconds + 1);
            await using var lease = new HeldLease(context, client, FirstId + (process * 1_000_000L) + number);
            if (await lease.GrantAsync(ttl))
            {
                await ContendAsync(client, lease, ttl, random, cancellationToken);
            }

            client.MoveOn();
            await context.PaceAsync(cancellationToken);
        }
    }

    private async Task ContendAsync(MemberClient client, HeldLease lease, long ttl, Random random, CancellationToken cancellationToken)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{random.Next(LockCount)}");
        using var asleep = new CancellationTokenSource();
        Task renewing = RenewAsync(lease, ttl, asleep.Token);
        LockHold? hold = await AcquireAsync(client, lease, name, byService: random.Next(2) == 0);
        if (hold is null)
        {
            await asleep.CancelAsync();
            await renewing;
            await lease.RevokeAsync();
            return;
        }

        _holds.Enqueue(hold);
        await WriteAsync(client, hold, lease.Life.Id, random.Next(1, MostWrites + 1));
        bool isStalled = random.Next(100) < Stalled;
        if (isStalled)
        {
            await asleep.CancelAsync();
            await Task.Delay(TimeSpan.FromSeconds(ttl + 0.5 + (3 * random.NextDouble())), cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await WriteAsync(client, hold, lease.Life.Id, MostWrites);
        }

        await ReleaseAsync(client, hold, lease, random.Next(100));
        await asleep.CancelAsync();
        await renewing;
    }

    /// <summary>Acquires by the lock service, or by its recipe; they stand in one line.</summary>
    private static async Task<LockHold?> AcquireAsync(MemberClient client, HeldLease lease, string name, bool byService)
    {
        long? token = byService
            ? await AcquireByServiceAsync(client, name, lease.Life.Id)
            : await LockRecipe.AcquireAsync(client, name, lease.Life.Id, AcquireLimit);
        return token is { } revision ? new LockHold(name, revision, WorkloadContext.Now, lease.Life) : null;
    }

    private static async Task<long?> AcquireByServiceAsync(MemberClient client, string name, long lease)
    {
        (_, Locks.LockResponse? held) = await client.CallChannelAsync(
            (channel, options) => new Locks.Lock.LockClient(channel).LockAsync(
                new Locks.LockRequest { Name = MemberClient.Bytes(name), Lease = lease }, options),
            patience: AcquireLimit);
        return held is null ? null : await LockRecipe.TokenAsync(client, held.Key.ToStringUtf8());
    }

    private async Task WriteAsync(MemberClient client, LockHold hold, long lease, int count)
    {
        FencedResource resource = _resources.GetOrAdd(hold.Name, _ => new FencedResource());
        for (int write = 0; write < count; write++)
        {
            bool accepted = resource.Write(hold.Token);
            hold.ResourceWrites.Add(new HeldWrite(WorkloadContext.Now, accepted));
            if (write % 3 == 0)
            {
                await WriteGuardedAsync(client, hold, lease);
            }

            await Task.Delay(BetweenWrites);
        }
    }

    /// <summary>Writes the token into the store, if the holder's key is there.</summary>
    private static async Task WriteGuardedAsync(MemberClient client, LockHold hold, long lease)
    {
        string key = LockRecipe.Key(hold.Name, lease);
        (_, TxnResponse? response) = await client.TxnAsync(new TxnRequest
        {
            Compare = { new Compare { Key = MemberClient.Bytes(key), Target = Compare.Types.CompareTarget.Create, Result = Compare.Types.CompareResult.Equal, CreateRevision = hold.Token } },
            Success =
            {
                new RequestOp
                {
                    RequestPut = new PutRequest
                    {
                        Key = MemberClient.Bytes($"written/{hold.Name}"),
                        Value = MemberClient.Bytes(hold.Token.ToString(CultureInfo.InvariantCulture)),
                        PrevKv = true,
                    },
                },
            },
        });
        if (response is null)
        {
            return;
        }

        hold.GuardedWrites.Add(new HeldWrite(WorkloadContext.Now, response.Succeeded));
        if (response.Succeeded
            && response.Responses[0].ResponsePut.PrevKv is { } previous
            && long.Parse(previous.Value.ToStringUtf8(), CultureInfo.InvariantCulture) is var before
            && before > hold.Token)
        {
            hold.NewerFound ??= before;
        }
    }

    private static async Task ReleaseAsync(MemberClient client, LockHold hold, HeldLease lease, int how)
    {
        if (how >= ByKey + ByRevocation)
        {
            return;
        }

        hold.ReleaseCall = WorkloadContext.Now;
        if (how >= ByKey)
        {
            await lease.RevokeAsync();
            return;
        }

        var key = MemberClient.Bytes(LockRecipe.Key(hold.Name, lease.Life.Id));
        if (how % 2 == 0)
        {
            await client.CallAsync((kv, options) => kv.DeleteRangeAsync(new DeleteRangeRequest { Key = key }, options));
            return;
        }

        await client.CallChannelAsync((channel, options) =>
            new Locks.Lock.LockClient(channel).UnlockAsync(new Locks.UnlockRequest { Key = key }, options));
    }

    /// <summary>Keeps the lease alive until told not to any more, or it is over.</summary>
    private static async Task RenewAsync(HeldLease lease, long ttl, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && await lease.RenewAsync() is not 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(ttl / 4.0), stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Waits until nobody stands in line any more.</summary>
    /// <returns>What is left of it; null where nothing is.</returns>
    private static async Task<string?> AwaitEndsAsync(WorkloadContext context)
    {
        using var client = new MemberClient(context, 0);
        long end = WorkloadContext.Now + (long)EndLimit.TotalNanoseconds;
        string? left;
        do
        {
            await Task.Delay(BetweenWrites, CancellationToken.None);
            (_, RangeResponse? keys) = await client.PrefixAsync(Prefix);
            left = keys is null ? null : keys.Kvs.FirstOrDefault()?.Key.ToStringUtf8() is { } key ? $"{key} is still there {EndLimit.TotalSeconds:0} s after the end" : null;
        }
        while (left is not null && WorkloadContext.Now < end);
        return left;
    }
}
