using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Replica;

/// <summary>Where snapshots of the state are kept.</summary>
internal interface ISnapshotSink
{
    /// <summary>False until the member's folder is open: what is there is not known yet, and nothing can be written.</summary>
    bool IsOpen { get; }

    /// <summary>The index of the newest durable snapshot; 0 for none.</summary>
    long NewestIndex { get; }

    /// <summary>The bytes of that one on disk; 0 for none.</summary>
    long NewestBytes { get; }

    /// <summary>Writes a snapshot and returns when it is durable, verified and the log may drop what lies behind it. Blocks.</summary>
    /// <param name="position">The last entry in the state.</param>
    /// <param name="content">Writes the state.</param>
    /// <returns>Bytes written; 0 where a newer one is there already.</returns>
    /// <exception cref="IOException">It could not be written; nothing is left behind.</exception>
    long Write(EntryPosition position, Action<Stream> content);
}
