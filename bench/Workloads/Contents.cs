using Grpc.Net.Client;
using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Workloads;

/// <summary>Checks and clears what a workload wrote under its prefix.</summary>
internal static class Contents
{
    private const int LoadBatch = 100;
    private const int LoadClients = 16;

    /// <summary>The number of keys under the prefix, by a linearizable read.</summary>
    public static async Task<long> CountAsync(TargetCluster cluster, string prefix, CancellationToken cancellationToken)
    {
        using GrpcChannel channel = Connections.Open(cluster.Endpoints[0]);
        RangeRequest request = new() { Key = Keys.Text(prefix), RangeEnd = Keys.PrefixEnd(prefix), CountOnly = true };
        return (await new KV.KVClient(channel).RangeAsync(request, cancellationToken: cancellationToken)).Count;
    }

    /// <summary>Fails unless every acknowledged put of a new key is there, and nothing else but puts of unknown outcome.</summary>
    public static async Task VerifyCountAsync(
        TargetCluster cluster, string prefix, long acknowledged, long unknown, CancellationToken cancellationToken)
    {
        long count = await CountAsync(cluster, prefix, cancellationToken);
        if (count < acknowledged || count > acknowledged + unknown)
        {
            throw new TargetFailedException(
                $"{cluster.Name} acknowledged {acknowledged} puts ({unknown} of unknown outcome) and holds {count}: the figures are void");
        }
    }

    /// <summary>Fails unless every key under the prefix was modified as often in all as was acknowledged.</summary>
    public static async Task VerifyVersionsAsync(
        TargetCluster cluster, string prefix, long acknowledged, long unknown, CancellationToken cancellationToken)
    {
        using GrpcChannel channel = Connections.Open(cluster.Endpoints[0]);
        RangeRequest request = new() { Key = Keys.Text(prefix), RangeEnd = Keys.PrefixEnd(prefix), KeysOnly = true };
        RangeResponse answer = await new KV.KVClient(channel).RangeAsync(request, cancellationToken: cancellationToken);
        long versions = answer.Kvs.Sum(kv => kv.Version);
        if (versions < acknowledged || versions > acknowledged + unknown)
        {
            throw new TargetFailedException(
                $"{cluster.Name} acknowledged {acknowledged} transactions ({unknown} of unknown outcome) and its keys count {versions}: the figures are void");
        }
    }

    /// <summary>Deletes all under the prefix and compacts the history away, so that the next round finds the cluster as this one did.</summary>
    public static async Task ClearAsync(TargetCluster cluster, string prefix, CancellationToken cancellationToken)
    {
        TargetMember leader = await ClusterProbe.WaitUntilServingAsync(cluster, cancellationToken);
        using GrpcChannel channel = Connections.Open(leader.Endpoint);
        KV.KVClient client = new(channel);
        DeleteRangeResponse deleted = await client.DeleteRangeAsync(
            new DeleteRangeRequest { Key = Keys.Text(prefix), RangeEnd = Keys.PrefixEnd(prefix) },
            cancellationToken: cancellationToken);
        await client.CompactAsync(
            new CompactionRequest { Revision = deleted.Header.Revision, Physical = true },
            cancellationToken: cancellationToken);
    }

    /// <summary>Writes keys 0 to <paramref name="count"/> − 1 under the prefix, 100 to a transaction, 16 transactions at a time.</summary>
    public static async Task LoadAsync(
        TargetCluster cluster, string prefix, int count, CancellationToken cancellationToken)
    {
        using Connections connections = await Connections.OpenAsync(cluster, 4, leaderOnly: false, cancellationToken);
        int next = 0;
        await Task.WhenAll(Enumerable.Range(0, LoadClients).Select(loader => Task.Run(
            async () =>
            {
                KV.KVClient client = new(connections.Of(loader));
                for (int from; (from = Interlocked.Add(ref next, LoadBatch) - LoadBatch) < count;)
                {
                    TxnRequest batch = BatchOf(prefix, from, Math.Min(count, from + LoadBatch));
                    await client.TxnAsync(batch, cancellationToken: cancellationToken).ConfigureAwait(false);
                }
            },
            cancellationToken)));
    }

    private static TxnRequest BatchOf(string prefix, int from, int until)
    {
        Random random = new(from);
        TxnRequest request = new();
        for (int number = from; number < until; number++)
        {
            byte[] key = Keys.Numbered(prefix);
            Keys.SetNumber(key, number);
            PutRequest put = new()
            {
                Key = Google.Protobuf.UnsafeByteOperations.UnsafeWrap(key),
                Value = Keys.RandomValue(random),
            };
            request.Success.Add(new RequestOp { RequestPut = put });
        }
        return request;
    }
}
