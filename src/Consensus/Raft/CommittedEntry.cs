namespace StateServer.Consensus.Raft;

/// <summary>One committed entry. Empty payloads (barriers, configurations) are handed over too, so that the index moves.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Term">The term it was appended in.</param>
/// <param name="Payload">What was proposed; empty for barriers and configurations. Valid only during the call.</param>
internal readonly record struct CommittedEntry(long Index, long Term, ReadOnlyMemory<byte> Payload);
