using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>The cluster as the asked member sees it. Ids are decimal strings: json's numbers don't hold 64 bits.</summary>
/// <param name="Id">The cluster.</param>
/// <param name="Leader">The leader's id; null while there is none that answers.</param>
/// <param name="Term">The highest term told of.</param>
/// <param name="Revision">The highest keyspace revision told of.</param>
/// <param name="Incarnation">How many times a cluster began with this state, the highest told of: 1, and one more for each restore.</param>
/// <param name="FeatureLevel">The highest feature level told of: what all members can do.</param>
/// <param name="Voters">How many members vote.</param>
/// <param name="VotersAlive">How many of them answered, unhurt.</param>
/// <param name="CanLoseMembers">Voters alive less the quorum; 0 without one.</param>
/// <param name="CanLoseZones">The zones whose loss, each alone, leaves a quorum of alive voters.</param>
/// <param name="AsOf">When the members were asked.</param>
internal sealed record ClusterSummary(
    string Id,
    string? Leader,
    long Term,
    long Revision,
    long Incarnation,
    int FeatureLevel,
    int Voters,
    int VotersAlive,
    int CanLoseMembers,
    ImmutableArray<string> CanLoseZones,
    DateTimeOffset AsOf)
{
    /// <summary>What the loss of each zone would mean, by name; only zones in which a voter stands.</summary>
    public ImmutableArray<ZoneLoss> ZoneLosses { get; init; } = [];
}
