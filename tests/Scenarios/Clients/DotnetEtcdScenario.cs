using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Clients;

/// <summary>
/// What a user of NuGet's dotnet-etcd does, through one member: keys, transactions, watches, leases. One object is one user
/// with its own prefix.
/// </summary>
internal sealed class DotnetEtcdScenario : IDisposable
{
    private static readonly TimeSpan Patience = TestCluster.Patience;

    /// <summary>Seconds; short, since the test waits for it to pass.</summary>
    private const int Ttl = 3;

    private readonly TestCluster _cluster;
    private readonly int _slot;
    private readonly string _prefix;
    private readonly EtcdClient _client;
    private readonly EtcdClient _others;

    public DotnetEtcdScenario(TestCluster cluster, int slot)
    {
        _cluster = cluster;
        _slot = slot;
        _prefix = $"dotnet/{slot}/";
        _client = new EtcdClient($"http://{cluster.Endpoints[slot]}");
        _others = new EtcdClient(string.Join(',', cluster.Slots.Where(other => other != slot).Select(other => $"http://{cluster.Endpoints[other]}")));
    }

    /// <summary>All of it; leaves nothing behind.</summary>
    public async Task RunAsync()
    {
        await KeysAsync();
        await TransactionsAsync();
        await WatchesAsync();
        await LeasesAsync();
        await new DotnetEtcdLocks(_client, _others, _prefix).RunAsync();
        await ResumptionAsync();
        await _others.DeleteRangeAsync(_prefix);
        Assert.Empty((await _others.GetRangeAsync(_prefix)).Kvs);
    }

    public void Dispose()
    {
        _client.Dispose();
        _others.Dispose();
    }

    private async Task KeysAsync()
    {
        Assert.Empty((await _client.GetAsync(_prefix + "none")).Kvs);
        long first = (await _client.PutAsync(_prefix + "a", "1")).Header.Revision;
        var again = await _client.PutAsync(new PutRequest { Key = Text("a"), Value = ByteString.CopyFromUtf8("2"), PrevKv = true });
        Assert.Equal(("1", first), (again.PrevKv.Value.ToStringUtf8(), again.PrevKv.ModRevision));
        Assert.Equal("2", await _client.GetValAsync(_prefix + "a"));
        var past = await _client.GetAsync(new RangeRequest { Key = Text("a"), Revision = first, Serializable = true });
        Assert.Equal("1", Assert.Single(past.Kvs).Value.ToStringUtf8());
        for (int i = 0; i < 10; i++)
        {
            await _client.PutAsync($"{_prefix}range/{i}", $"{i * 7 % 10}");
        }

        var range = await _client.GetRangeValAsync(_prefix + "range/");
        Assert.Equal(Enumerable.Range(0, 10).Select(i => ($"{_prefix}range/{i}", $"{i * 7 % 10}")), range.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.Equal(1, (await _client.DeleteAsync(_prefix + "a")).Deleted);
        Assert.Equal(0, (await _client.DeleteAsync(_prefix + "a")).Deleted);
        Assert.Equal(10, (await _client.DeleteRangeAsync(_prefix + "range/")).Deleted);
    }

    private async Task TransactionsAsync()
    {
        Assert.True((await SwapAsync("swap", null, "1")).Succeeded);
        Assert.False((await SwapAsync("swap", null, "2")).Succeeded);
        Assert.True((await SwapAsync("swap", "1", "2")).Succeeded);
        var refused = await SwapAsync("swap", "1", "3");
        Assert.False(refused.Succeeded);
        Assert.Equal("2", refused.Responses[0].ResponseRange.Kvs[0].Value.ToStringUtf8());

        await _client.PutAsync(_prefix + "counter", "0");
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (int steps = 0; steps < 10;)
            {
                string found = await _client.GetValAsync(_prefix + "counter");
                steps += (await SwapAsync("counter", found, $"{int.Parse(found, null) + 1}")).Succeeded ? 1 : 0;
            }
        })));
        Assert.Equal("40", await _client.GetValAsync(_prefix + "counter"));
    }

    private async Task WatchesAsync()
    {
        long begun = (await _client.PutAsync(_prefix + "watch/before", "x")).Header.Revision;
        var all = new WatchRecord();
        var deletes = new WatchRecord();
        var past = new WatchRecord();
        long id = await WatchAsync("watch/", all, create => create.PrevKv = true);
        await WatchAsync("watch/", deletes, create => create.Filters.Add(WatchCreateRequest.Types.FilterType.Noput));
        await WatchAsync("watch/before", past, create => create.StartRevision = begun);
        long one = (await _client.PutAsync(_prefix + "watch/one", "1")).Header.Revision;
        long both = (await _client.TransactionAsync(new TxnRequest { Success = { Put("watch/left", "l"), Put("watch/right", "r") } })).Header.Revision;
        long gone = (await _client.DeleteRangeAsync(_prefix + "watch/")).Header.Revision;
        await Until.TrueAsync("all events came", Patience, () => all.Count >= 7 && deletes.Count >= 4 && past.Count >= 2);
        Assert.Equal(
            [
                $"Put one 1 {one} ", $"Put left l {both} ", $"Put right r {both} ",
                $"Delete before  {gone} x", $"Delete left  {gone} l", $"Delete one  {gone} 1", $"Delete right  {gone} r",
            ],
            all.Texts(_prefix + "watch/").Take(3).Concat(all.Texts(_prefix + "watch/").Skip(3).Order()));
        Assert.All(deletes.Texts(_prefix), text => Assert.StartsWith("Delete", text, StringComparison.Ordinal));
        Assert.Equal(["Put", "Delete"], past.Texts(_prefix).Select(text => text.Split(' ')[0]));

        _client.CancelWatch(id);
        await _client.PutAsync(_prefix + "watch/one", "2");
        await _client.DeleteAsync(_prefix + "watch/one");
        await Until.TrueAsync("another watcher goes on", Patience, () => deletes.Count == 5);
        Assert.Equal(7, all.Count);
    }

    private async Task ResumptionAsync()
    {
        var record = new WatchRecord();
        await WatchAsync("resume/", record);
        await _client.PutAsync(_prefix + "resume/k", "0");
        await Until.TrueAsync("the first event came", Patience, () => record.Count == 1);
        await _cluster.KillAsync(_slot);
        for (int i = 1; i <= 20; i++)
        {
            await PutSomehowAsync(_others, "resume/k", $"{i}");
        }

        await _cluster.LaunchAsync(_slot);
        await Until.TrueAsync("what was missed came", Patience, () => record.Count >= 21, _cluster.Logs);
        await PutSomehowAsync(_client, "resume/k", "21");
        await Until.TrueAsync("the last event came", Patience, () => record.Last?.Kv.Value.ToStringUtf8() == "21", _cluster.Logs);
        Assert.Equal(Enumerable.Range(0, 22).Select(i => $"{i}"), record.All.Select(seen => seen.Kv.Value.ToStringUtf8()).Distinct());
        long[] revisions = [.. record.All.Select(seen => seen.Kv.ModRevision)];
        Assert.Equal(revisions.Distinct().Order(), revisions);
    }

    private async Task LeasesAsync()
    {
        long lease = (await _client.LeaseGrantAsync(new LeaseGrantRequest { TTL = Ttl })).ID;
        await _client.PutAsync(new PutRequest { Key = Text("leased"), Value = ByteString.CopyFromUtf8("held"), Lease = lease });
        Assert.Equal(lease, (await _client.GetAsync(_prefix + "leased")).Kvs[0].Lease);
        var told = await _client.LeaseTimeToLiveAsync(new LeaseTimeToLiveRequest { ID = lease, Keys = true });
        Assert.Equal((Ttl, Text("leased")), (told.GrantedTTL, Assert.Single(told.Keys)));
        Assert.InRange(told.TTL, 0, Ttl);

        // Each renewal is an answer of its own: those that span two TTLs show that the lease outlived itself.
        var clock = System.Diagnostics.Stopwatch.StartNew();
        await Until.TrueAsync("it is kept alive for twice its time", Patience, async () => await RenewAsync(lease) == Ttl && clock.Elapsed.TotalSeconds > 2 * Ttl);
        Assert.Equal("held", await _client.GetValAsync(_prefix + "leased"));

        var record = new WatchRecord();
        await WatchAsync("leased", record);
        Assert.Equal(Ttl, await RenewAsync(lease));
        clock.Restart();
        await Until.TrueAsync("not kept alive, the key goes", Patience, () => record.Count == 1, _cluster.Logs);
        Assert.Equal(Mvccpb.Event.Types.EventType.Delete, record.Last!.Type);
        Assert.True(clock.Elapsed.TotalSeconds > Ttl - 1, $"the lease of {Ttl} s expired after {clock.Elapsed}");
        Assert.Empty((await _client.GetAsync(_prefix + "leased")).Kvs);
        Assert.Equal(0, await RenewAsync(lease));
        var late = await Assert.ThrowsAsync<RpcException>(
            () => _client.PutAsync(new PutRequest { Key = Text("late"), Value = ByteString.Empty, Lease = lease }));
        Assert.Equal((StatusCode.NotFound, "etcdserver: requested lease not found"), (late.StatusCode, late.Status.Detail));

        long revoked = (await _client.LeaseGrantAsync(new LeaseGrantRequest { TTL = 600 })).ID;
        await _client.PutAsync(new PutRequest { Key = Text("revoked"), Value = ByteString.Empty, Lease = revoked });
        await _client.LeaseRevokeAsync(new LeaseRevokeRequest { ID = revoked });
        Assert.Empty((await _client.GetAsync(_prefix + "revoked")).Kvs);
    }

    /// <summary>One renewal; the TTL it answered, 0 where the lease is no more.</summary>
    private async Task<long> RenewAsync(long lease)
    {
        long ttl = -1;
        using var limit = new CancellationTokenSource(Patience);
        await _client.LeaseKeepAlive(new LeaseKeepAliveRequest { ID = lease }, answer => ttl = answer.TTL, limit.Token);
        return ttl;
    }

    private Task<TxnResponse> SwapAsync(string key, string? from, string to) => _client.TransactionAsync(new TxnRequest
    {
        Compare =
        {
            from is null
                ? new Compare { Key = Text(key), Target = Compare.Types.CompareTarget.Create, Result = Compare.Types.CompareResult.Equal, CreateRevision = 0 }
                : new Compare { Key = Text(key), Target = Compare.Types.CompareTarget.Value, Result = Compare.Types.CompareResult.Equal, Value = ByteString.CopyFromUtf8(from) },
        },
        Success = { Put(key, to) },
        Failure = { new RequestOp { RequestRange = new RangeRequest { Key = Text(key) } } },
    });

    private RequestOp Put(string key, string value) =>
        new() { RequestPut = new PutRequest { Key = Text(key), Value = ByteString.CopyFromUtf8(value) } };

    /// <summary>A key below this user's prefix, or the whole prefix where it ends in a slash.</summary>
    private Task<long> WatchAsync(string key, WatchRecord record, Action<WatchCreateRequest>? more = null)
    {
        var create = new WatchCreateRequest { Key = Text(key) };
        if (key.EndsWith('/'))
        {
            create.RangeEnd = ByteString.CopyFromUtf8(EtcdClient.GetRangeEnd(_prefix + key));
        }

        more?.Invoke(create);
        return _client.WatchAsync(new WatchRequest { CreateRequest = create }, record.Add);
    }

    private Task PutSomehowAsync(EtcdClient client, string key, string value) => Until.TrueAsync(
        $"a put of {value} is acknowledged",
        Patience,
        async () =>
        {
            await client.PutAsync(_prefix + key, value, deadline: TimeProvider.System.GetUtcNow().UtcDateTime.AddSeconds(5));
            return true;
        },
        _cluster.Logs);

    private ByteString Text(string key) => ByteString.CopyFromUtf8(_prefix + key);
}
