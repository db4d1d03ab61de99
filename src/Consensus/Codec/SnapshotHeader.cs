using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Versions;

namespace StateServer.Consensus.Codec;

/// <summary>The single values of a state, in front of its entities.</summary>
internal sealed record SnapshotHeader(
    int FeatureLevel,
    long AppliedIndex,
    long TimestampMilliseconds,
    long Incarnation,
    Revision Revision,
    Revision CompactedRevision,
    ChangeNumber FirstChange,
    int NextMachine,
    long LastAssignment,
    long LastEvent,
    string Notice,
    bool IsRestored);
