namespace StateServer.Chaos.Histories;

/// <summary>All that is known at the end of a run about one environment and those who changed it.</summary>
internal sealed record ModelEvidence
{
    /// <summary>A revision at which there was no model yet; the steps begin behind it.</summary>
    public required long EmptyAt { get; init; }

    /// <summary>The history of the view, in order.</summary>
    public required IReadOnlyList<ModelStep> Steps { get; init; }

    public required IReadOnlyCollection<ModelOperation> Operations { get; init; }

    public required IReadOnlyCollection<ModelLook> Looks { get; init; }

    /// <summary>How often a request was sent again.</summary>
    public long Repetitions { get; init; }
}
