namespace StateServer.Scenarios.Wire;

/// <summary>What Maintenance/HashKV answers: the hash of the keyspace at a revision, and how far it is compacted.</summary>
internal sealed record HashReply(uint Hash, long CompactRevision, long Revision);
