namespace StateServer.Chaos.Histories;

/// <summary>One step of the history of the model's view, as a watch told it.</summary>
/// <param name="After">The revision up to which the steps before it go.</param>
/// <param name="Revision">The revision it leads to.</param>
/// <param name="Written">The records that were put; of a leap all that there are at its end.</param>
/// <param name="Gone">The keys that were deleted, without the prefix; of a leap none.</param>
internal sealed record ModelStep(long After, long Revision, IReadOnlyList<ModelRecord> Written, IReadOnlyList<string> Gone)
{
    /// <summary>Whether it jumps over revisions that were compacted before they could be told: what came and went in it is not known.</summary>
    public bool IsLeap { get; init; }
}
