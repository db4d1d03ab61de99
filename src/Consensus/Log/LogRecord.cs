namespace StateServer.Consensus.Log;

/// <summary>One entry of the log. The payload is never changed once it is in a record: the log keeps it for its readers.</summary>
/// <param name="Index">Its index, from 1.</param>
/// <param name="Term">The term it was appended in.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Payload">Opaque bytes; may be empty.</param>
internal readonly record struct LogRecord(long Index, long Term, RecordKind Kind, ReadOnlyMemory<byte> Payload);
