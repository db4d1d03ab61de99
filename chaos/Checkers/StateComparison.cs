using Grpc.Core;
using StateServer.Chaos.Clusters;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Checkers;

/// <summary>At the end of a run all members must hold the same: HashKV at one revision, and the digest of the whole state at one index.</summary>
internal static class StateComparison
{
    /// <summary>Compares all members, on a healed cluster without load.</summary>
    public static async Task<IReadOnlyList<Verdict>> CompareAsync(ClusterObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            // Each member then has digests of the same newest entries, whatever snapshots it restored before.
            if (!await observer.SettleAsync(cancellationToken))
            {
                return [new Verdict("hash", Conclusion.Undecided, "the members did not settle on one revision")];
            }

            return [await HashesAsync(observer, cancellationToken), await DigestsAsync(observer, cancellationToken), await AlarmsAsync(observer, cancellationToken)];
        }
        catch (Exception failed) when (failed is RpcException or IOException)
        {
            return [new Verdict("hash", Conclusion.Undecided, $"a member did not tell: {failed.Message}")];
        }
    }

    /// <summary>Compares digests by index.</summary>
    /// <param name="points">Each member's digests by index.</param>
    public static Verdict Compare(IReadOnlyDictionary<string, IReadOnlyDictionary<long, ulong>> points)
    {
        long[] shared = [.. points.Values.Select(p => p.Keys).Aggregate((all, next) => all.Intersect(next)).Order()];
        foreach (long index in shared)
        {
            if (points.Values.Select(p => p[index]).Distinct().Count() > 1)
            {
                return new Verdict("digest", Conclusion.Violated, $"at index {index}: {string.Join(' ', points.Select(p => $"{p.Key}={p.Value[index]:x16}"))}");
            }
        }

        return shared.Length == 0
            ? new Verdict("digest", Conclusion.Undecided, "the members have no digest of the same index")
            : new Verdict("digest", Conclusion.Holds, $"equal at {shared.Length} indexes up to {shared[^1]}");
    }

    private static async Task<Verdict> HashesAsync(ClusterObserver observer, CancellationToken cancellationToken)
    {
        HashKVResponse first = await observer.HashAsync(observer.Cluster.Members[0], 0, cancellationToken);
        long revision = first.Header.Revision;
        var hashes = new List<string>();
        bool equal = true;
        foreach (MemberProcess member in observer.Cluster.Members)
        {
            HashKVResponse answer = await observer.HashAsync(member, revision, cancellationToken);
            equal &= answer.Hash == first.Hash && answer.CompactRevision == first.CompactRevision;
            hashes.Add($"{member.Name}={answer.Hash}");
        }

        return new Verdict("hash", equal ? Conclusion.Holds : Conclusion.Violated, $"at revision {revision}: {string.Join(' ', hashes)}");
    }

    private static async Task<Verdict> DigestsAsync(ClusterObserver observer, CancellationToken cancellationToken)
    {
        var points = new Dictionary<string, IReadOnlyDictionary<long, ulong>>();
        foreach (MemberProcess member in observer.Cluster.Members)
        {
            points[member.Name] = await observer.DigestsAsync(member, cancellationToken);
        }

        return Compare(points);
    }

    private static async Task<Verdict> AlarmsAsync(ClusterObserver observer, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> alarms = await observer.AlarmsAsync(cancellationToken);
        return alarms.Any(a => a.Contains("corrupt", StringComparison.OrdinalIgnoreCase))
            ? new Verdict("alarms", Conclusion.Violated, string.Join(", ", alarms))
            : new Verdict("alarms", Conclusion.Holds, "the members found no difference between their states");
    }
}
