namespace StateServer.Domain.Keyspace.Versions;

/// <summary>A key's place in the history: its version of that main revision, or the newest one before it.</summary>
internal readonly record struct KeyAtRevision(Key Key, long Revision);
