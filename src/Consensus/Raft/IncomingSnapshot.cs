using DotNext.IO;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;
using StateServer.Consensus.Snapshots;

namespace StateServer.Consensus.Raft;

/// <summary>A snapshot from the leader, here in full and verified, on its way through the library's handler.</summary>
/// <param name="info">The snapshot.</param>
internal sealed class IncomingSnapshot(SnapshotInfo info) : IRaftLogEntry
{
    /// <summary>The snapshot.</summary>
    public SnapshotInfo Info => info;

    /// <inheritdoc/>
    public long Term => info.Term;

    bool ILogEntry.IsSnapshot => true;

    bool IDataTransferObject.IsReusable => true;

    long? IDataTransferObject.Length => null;

    ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token)
        => throw new NotSupportedException("snapshots travel by our own transport");
}
