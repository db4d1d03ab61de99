using dotnet_etcd;
using Etcdserverpb;
using Google.Protobuf;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Waiting;
using V3Electionpb;
using V3Lockpb;

namespace StateServer.Scenarios.Clients;

/// <summary>What a user of NuGet's dotnet-etcd does with the lock and the election service.</summary>
/// <param name="client">Talks to one member.</param>
/// <param name="others">Talks to the others.</param>
/// <param name="prefix">What all names begin with.</param>
internal sealed class DotnetEtcdLocks(EtcdClient client, EtcdClient others, string prefix)
{
    private static readonly TimeSpan Patience = TestCluster.Patience;

    public async Task RunAsync()
    {
        await LocksAsync();
        await ElectionsAsync();
    }

    private async Task LocksAsync()
    {
        string name = prefix + "lock";
        long[] leases = [await GrantAsync(), await GrantAsync(), await GrantAsync()];
        var first = await client.LockAsync(new LockRequest { Name = Bytes(name), Lease = leases[0] });
        Assert.Equal($"{name}/{leases[0]:x}", first.Key.ToStringUtf8());
        Assert.True(await HoldsAsync(first.Key));

        var second = others.LockAsync(new LockRequest { Name = Bytes(name), Lease = leases[1] });
        await WaitersAsync(name, 2);
        var third = client.LockAsync(new LockRequest { Name = Bytes(name), Lease = leases[2] });
        await WaitersAsync(name, 3);
        Assert.False(second.IsCompleted || third.IsCompleted, "two hold one lock");

        await client.UnlockAsync(new UnlockRequest { Key = first.Key });
        var next = await second.WaitAsync(Patience);
        Assert.False(await HoldsAsync(first.Key), "what is guarded by a key of the past must be refused");
        Assert.True(await HoldsAsync(next.Key));
        Assert.False(third.IsCompleted, "two hold one lock");

        // The holder's lease ends, and with it its hold.
        await others.LeaseRevokeAsync(new LeaseRevokeRequest { ID = leases[1] });
        var last = await third.WaitAsync(Patience);
        Assert.True(await HoldsAsync(last.Key));
        await client.UnlockAsync(last.Key.ToStringUtf8());
        Assert.Empty((await client.GetRangeAsync(name + "/")).Kvs);
    }

    private async Task ElectionsAsync()
    {
        string name = prefix + "election";
        long[] leases = [await GrantAsync(), await GrantAsync()];
        var first = await client.CampaignAsync(new CampaignRequest { Name = Bytes(name), Lease = leases[0], Value = Bytes("first") });
        Assert.Equal(("first", first.Leader.Key), await LeaderAsync(name));
        var second = others.CampaignAsync(new CampaignRequest { Name = Bytes(name), Lease = leases[1], Value = Bytes("second") });
        await WaitersAsync(name, 2);
        Assert.False(second.IsCompleted, "two lead");

        using var end = new CancellationTokenSource(Patience);
        await using var observed = client.ObserveAsync(new LeaderRequest { Name = Bytes(name) }, cancellationToken: end.Token).GetAsyncEnumerator(end.Token);
        await ObservesAsync(observed, "first");
        await client.ProclaimAsync(new ProclaimRequest { Leader = first.Leader, Value = Bytes("still first") });
        await ObservesAsync(observed, "still first");
        await client.ResignAsync(new ResignRequest { Leader = first.Leader });
        var next = await second.WaitAsync(Patience);
        await ObservesAsync(observed, "second");
        Assert.Equal(("second", next.Leader.Key), await LeaderAsync(name));
        await others.ResignAsync(new ResignRequest { Leader = next.Leader });
    }

    /// <summary>Reads on until the leader's value is the one awaited; a value that was replaced before it was read may be missing.</summary>
    private static async Task ObservesAsync(IAsyncEnumerator<LeaderResponse> observed, string value)
    {
        do
        {
            Assert.True(await observed.MoveNextAsync(), $"the observation ended before {value}");
        }
        while (observed.Current.Kv.Value.ToStringUtf8() != value);
    }

    private async Task<(string Value, ByteString Key)> LeaderAsync(string name)
    {
        var leader = await others.LeaderAsync(new LeaderRequest { Name = Bytes(name) });
        return (leader.Kv.Value.ToStringUtf8(), leader.Kv.Key);
    }

    /// <summary>Whether a transaction that the lock's key guards is executed.</summary>
    private async Task<bool> HoldsAsync(ByteString key) => (await others.TransactionAsync(new TxnRequest
    {
        Compare = { new Compare { Key = key, Target = Compare.Types.CompareTarget.Create, Result = Compare.Types.CompareResult.Greater, CreateRevision = 0 } },
        Success = { new RequestOp { RequestPut = new PutRequest { Key = Bytes(prefix + "guarded"), Value = key } } },
    })).Succeeded;

    private Task WaitersAsync(string name, int count) => Until.TrueAsync(
        $"{count} hold or await {name}", Patience, async () => (await client.GetRangeAsync(name + "/")).Kvs.Count == count);

    private async Task<long> GrantAsync() => (await client.LeaseGrantAsync(new LeaseGrantRequest { TTL = 600 })).ID;

    private static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);
}
