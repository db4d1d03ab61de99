using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>What the leader knows of one learner in its term; an immutable picture.</summary>
internal sealed record LearnerProgress
{
    /// <summary>The learner.</summary>
    public required NodeId Id { get; init; }

    /// <summary>The highest index that it acknowledged, durable there, in the last round; 0 where it acknowledged none.</summary>
    public long MatchIndex { get; init; }

    /// <summary>The leader's last index when that round was sent.</summary>
    public long LastIndex { get; init; }

    /// <summary>When it last acknowledged entries or a heartbeat, by the <see cref="TimeProvider"/>'s timestamps; 0 for never.</summary>
    public long AcknowledgedTimestamp { get; init; }

    /// <summary>When it last answered anything, or took a part of a snapshot; 0 for never.</summary>
    public long LastContactTimestamp { get; init; }

    /// <summary>The snapshot that is being sent; null while none is.</summary>
    public SnapshotProgress? Snapshot { get; init; }

    /// <summary>The stretch of learning that it is in, for its pace.</summary>
    public LearningStretch Stretch { get; init; }

    /// <summary>How much of the log it holds, 0 to 1; while a snapshot is sent, how much of that.</summary>
    public double Share => Snapshot is { } snapshot ? Part(snapshot.SentBytes, snapshot.TotalBytes) : Part(MatchIndex, LastIndex);

    /// <summary>Why nothing gets through to it now, in one line; null while all is well.</summary>
    public string? Problem { get; init; }

    private static double Part(long part, long whole) => whole <= 0 ? 0 : Math.Clamp((double)part / whole, 0, 1);
}
