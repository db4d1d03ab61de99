namespace StateServer.Scenarios.Wire;

/// <summary>A range's answer.</summary>
internal sealed record RangeReply(long Revision, IReadOnlyList<StoredKey> Keys, bool More, long Count);
