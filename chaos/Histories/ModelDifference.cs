namespace StateServer.Chaos.Histories;

/// <summary>What one step of the model's view did to its records.</summary>
/// <param name="Step">The step.</param>
/// <param name="Born">The records that are new, in the order in which they were created, by number.</param>
/// <param name="Ended">The records, as they were, that were alive and are dying or gone now.</param>
/// <param name="Changed">The records that were there, and were put again.</param>
/// <param name="Gone">The records, as they were, that are there no more.</param>
internal sealed record ModelDifference(
    ModelStep Step,
    IReadOnlyList<ModelRecord> Born,
    IReadOnlyList<ModelRecord> Ended,
    IReadOnlyList<(ModelRecord Before, ModelRecord Now)> Changed,
    IReadOnlyList<ModelRecord> Gone);
