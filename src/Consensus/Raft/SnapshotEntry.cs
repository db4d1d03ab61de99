using System.Collections;
using DotNext.IO;
using DotNext.IO.Log;
using DotNext.Net.Cluster.Consensus.Raft;

namespace StateServer.Consensus.Raft;

/// <summary>Stands for the newest snapshot where the library asks for entries that the log no longer has.</summary>
/// <param name="term">The term of the entry at the snapshot's index.</param>
internal sealed class SnapshotEntry(long term) : IRaftLogEntry, IReadOnlyList<SnapshotEntry>
{
    /// <inheritdoc/>
    public long Term => term;

    int IReadOnlyCollection<SnapshotEntry>.Count => 1;

    bool ILogEntry.IsSnapshot => true;

    bool IDataTransferObject.IsReusable => true;

    long? IDataTransferObject.Length => null;

    SnapshotEntry IReadOnlyList<SnapshotEntry>.this[int index]
        => index == 0 ? this : throw new ArgumentOutOfRangeException(nameof(index));

    ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token)
        => throw new NotSupportedException("snapshots travel by our own transport");

    IEnumerator<SnapshotEntry> IEnumerable<SnapshotEntry>.GetEnumerator()
    {
        yield return this;
    }

    IEnumerator IEnumerable.GetEnumerator() => ((IEnumerable<SnapshotEntry>)this).GetEnumerator();
}
