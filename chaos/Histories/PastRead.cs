namespace StateServer.Chaos.Histories;

/// <summary>All keys of a range as they were at a revision.</summary>
internal sealed record PastRead(long Revision, IReadOnlyDictionary<string, KeyVersion> Keys);
