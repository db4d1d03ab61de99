using DotNext.IO;
using DotNext.Net.Cluster.Consensus.Raft;
using StateServer.Consensus.Log;

namespace StateServer.Consensus.Raft;

/// <summary>One entry of our log in the shape that the library moves about; it never looks into it.</summary>
/// <param name="record">The entry.</param>
internal readonly struct ReplicatedEntry(LogRecord record) : IRaftLogEntry
{
    /// <summary>The entry.</summary>
    public LogRecord Record => record;

    /// <inheritdoc/>
    public long Term => record.Term;

    bool IRaftLogEntry.IsConfiguration => record.Kind == RecordKind.Configuration;

    bool IDataTransferObject.IsReusable => true;

    long? IDataTransferObject.Length => record.Payload.Length;

    bool IDataTransferObject.TryGetMemory(out ReadOnlyMemory<byte> memory)
    {
        memory = record.Payload;
        return true;
    }

    ValueTask IDataTransferObject.WriteToAsync<TWriter>(TWriter writer, CancellationToken token)
        => throw new NotSupportedException("entries travel by our own transport");
}
