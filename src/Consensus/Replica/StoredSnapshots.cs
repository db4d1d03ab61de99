using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Replica;

/// <summary>Snapshots in the Raft core's store, each with the configuration in force at its index. Used by one thread at a time.</summary>
/// <param name="raft">The Raft core; there are no snapshots before it is started, nor of a removed member.</param>
internal sealed class StoredSnapshots(RaftNode raft) : ISnapshotSink
{
    /// <inheritdoc/>
    public bool IsOpen => raft.OpenSnapshots is not null;

    /// <inheritdoc/>
    public long NewestIndex => raft.OpenSnapshots?.Newest?.Index ?? 0;

    /// <inheritdoc/>
    public long NewestBytes => raft.OpenSnapshots?.Newest?.FileBytes ?? 0;

    /// <inheritdoc/>
    public long Write(EntryPosition position, Action<Stream> content)
    {
        var configuration = raft.ConfigurationAt(position.Index);
        using var writer = raft.Snapshots.Begin(position, configuration.Encoded, configuration.Index);
        content(writer);
        var written = writer.Commit();
        raft.SnapshotWrittenAsync(written.Index, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        return written.Index == position.Index ? written.FileBytes : 0;
    }
}
