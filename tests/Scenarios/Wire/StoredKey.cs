namespace StateServer.Scenarios.Wire;

/// <summary>A key as a range answers it.</summary>
internal sealed record StoredKey(string Key, string Value, long CreateRevision, long ModRevision, long Version);
