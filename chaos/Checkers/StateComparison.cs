using Grpc.Core;
using StateServer.Chaos.Clusters;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Checkers;

/// <summary>At the end of a run all members must hold the same key-value history: HashKV at one revision.</summary>
internal static class StateComparison
{
    public static async Task<Verdict> CompareAsync(ClusterObserver observer, CancellationToken cancellationToken)
    {
        try
        {
            // A linearizable read through each member has been answered since the load ended, so all have applied this much.
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
        catch (RpcException failed)
        {
            return new Verdict("hash", Conclusion.Undecided, $"HashKV failed: {failed.Status.Detail}");
        }
    }
}
