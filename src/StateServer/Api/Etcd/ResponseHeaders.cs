using StateServer.Consensus;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>Fills response headers as etcd does: who answers, its term, and the revision where none is set yet. Thread-safe.</summary>
internal sealed class ResponseHeaders(IReplica replica)
{
    private readonly ulong _cluster = replica.Status.Cluster.Value;
    private readonly ulong _member = replica.Status.Id.Value;

    /// <summary>Fills in cluster, member and term.</summary>
    internal void Complete(Wire.ResponseHeader header)
    {
        header.ClusterId = _cluster;
        header.MemberId = _member;
        header.RaftTerm = (ulong)replica.Position.Term;
    }

    /// <summary>A header without a revision.</summary>
    internal Wire.ResponseHeader WithoutRevision()
    {
        var header = new Wire.ResponseHeader();
        Complete(header);
        return header;
    }

    /// <summary>A header at a revision.</summary>
    internal Wire.ResponseHeader At(long revision)
    {
        var header = WithoutRevision();
        header.Revision = revision;
        return header;
    }

    /// <summary>A header at this member's current revision.</summary>
    internal Wire.ResponseHeader Current()
    {
        var header = WithoutRevision();
        header.Revision = replica.State.Keyspace.Revision.Value;
        return header;
    }
}
