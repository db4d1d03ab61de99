namespace StateServer.Chaos.Histories;

/// <summary>One write of several keys at one revision, as its client saw it end.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="Revision">Its revision; 0 unless it was acknowledged.</param>
/// <param name="Puts">The values by key; each write's value is its own.</param>
/// <param name="Deletes">The keys that were deleted; unless it was acknowledged, those that were to be.</param>
internal sealed record TrackedWrite(
    OperationStatus Status, long Revision, IReadOnlyDictionary<string, string> Puts, IReadOnlyCollection<string> Deletes);
