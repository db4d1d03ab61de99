namespace StateServer.Consensus.Transport;

/// <summary>How far a snapshot was sent.</summary>
/// <param name="SentBytes">Bytes that the receiver has taken.</param>
/// <param name="TotalBytes">Bytes of the whole file; positive.</param>
internal readonly record struct SnapshotProgress(long SentBytes, long TotalBytes);
