using StateServer.Bench.Load;
using StateServer.Bench.Targets;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Workloads;

/// <summary>Grants, checks and revokes the leases of a workload.</summary>
internal static class Leases
{
    /// <summary>Longer than a round takes: none expires in it.</summary>
    public const long TtlSeconds = 600;

    private const int Callers = 64;

    /// <summary>Grants leases that are not measured.</summary>
    public static async Task<long[]> GrantAsync(TargetCluster cluster, int count, CancellationToken cancellationToken)
    {
        long[] granted = new long[count];
        await ForEachAsync(cluster, count, async (client, number) =>
            granted[number] = (await client.LeaseGrantAsync(new LeaseGrantRequest { TTL = TtlSeconds }, cancellationToken: cancellationToken)).ID,
            cancellationToken);
        return granted;
    }

    /// <summary>Fails unless every acknowledged lease is there, and nothing else but grants of unknown outcome.</summary>
    public static async Task VerifyAsync(
        TargetCluster cluster, IReadOnlyCollection<long> acknowledged, long unknown, CancellationToken cancellationToken)
    {
        using Connections connections = await Connections.OpenAsync(cluster, 1, leaderOnly: true, cancellationToken);
        LeaseLeasesResponse answer = await new Lease.LeaseClient(connections.Of(0))
            .LeaseLeasesAsync(new LeaseLeasesRequest(), cancellationToken: cancellationToken);
        HashSet<long> there = [.. answer.Leases.Select(lease => lease.ID)];
        int missing = acknowledged.Count(lease => !there.Contains(lease));
        if (missing > 0 || there.Count > acknowledged.Count + unknown)
        {
            throw new TargetFailedException(
                $"{cluster.Name} acknowledged {acknowledged.Count} leases ({unknown} of unknown outcome), holds {there.Count} and lacks {missing}: the figures are void");
        }
    }

    /// <summary>Revokes all leases that there are.</summary>
    public static async Task ClearAsync(TargetCluster cluster, CancellationToken cancellationToken)
    {
        using Connections connections = await Connections.OpenAsync(cluster, 1, leaderOnly: true, cancellationToken);
        LeaseLeasesResponse answer = await new Lease.LeaseClient(connections.Of(0))
            .LeaseLeasesAsync(new LeaseLeasesRequest(), cancellationToken: cancellationToken);
        await ForEachAsync(cluster, answer.Leases.Count, async (client, number) =>
            await client.LeaseRevokeAsync(new LeaseRevokeRequest { ID = answer.Leases[number].ID }, cancellationToken: cancellationToken),
            cancellationToken);
    }

    private static async Task ForEachAsync(
        TargetCluster cluster, int count, Func<Lease.LeaseClient, int, Task> call, CancellationToken cancellationToken)
    {
        using Connections connections = await Connections.OpenAsync(cluster, 4, leaderOnly: false, cancellationToken);
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                Lease.LeaseClient client = new(connections.Of(caller));
                for (int number; (number = Interlocked.Increment(ref next)) < count;)
                {
                    await call(client, number).ConfigureAwait(false);
                }
            },
            cancellationToken)));
    }
}
