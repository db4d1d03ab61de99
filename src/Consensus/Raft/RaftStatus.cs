using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>The Raft core's immutable picture of itself. Indexes count log entries.</summary>
internal sealed record RaftStatus
{
    /// <summary>The current term; 0 before the first election.</summary>
    public long Term { get; init; }

    /// <summary>The leader it follows, or itself; none while it knows none.</summary>
    public NodeId Leader { get; init; }

    /// <summary>True while it leads <see cref="Term"/>.</summary>
    public bool IsLeader { get; init; }

    /// <summary>True while the configuration in force names it.</summary>
    public bool IsVoter { get; init; }

    /// <summary>The first index still in its log.</summary>
    public long FirstIndex { get; init; }

    /// <summary>The last index in its log, durable or not.</summary>
    public long LastIndex { get; init; }

    /// <summary>The last index it knows to be committed.</summary>
    public long CommitIndex { get; init; }

    /// <summary>Bytes of the log on disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>How long a sync of the log has been under way; zero where none is.</summary>
    public TimeSpan SyncingFor { get; init; }

    /// <summary>The voters in force, in id order.</summary>
    public ImmutableArray<NodeId> Voters { get; init; } = [];

    /// <summary>On the leader: the index each other voter has durably acknowledged, and when it last answered (monotonic timestamp).</summary>
    public ImmutableArray<PeerProgress> Progress { get; init; } = [];

    /// <summary>On the leader: the members without a vote that it teaches, and how far each is.</summary>
    public ImmutableDictionary<NodeId, LearnerProgress> Learners { get; init; } = ImmutableDictionary<NodeId, LearnerProgress>.Empty;

    /// <summary>Null while all is well, otherwise why this member does not vote or can't write.</summary>
    public string? Fault { get; init; }

    /// <summary>Why appends are refused, or soon will be, for want of disk space; null while all is well.</summary>
    public string? SpaceShortage { get; init; }

    /// <summary>What <see cref="Progress"/> says of a voter; of one that it doesn't have, that it never answered.</summary>
    public PeerProgress ProgressOf(NodeId voter)
    {
        foreach (var progress in Progress)
        {
            if (progress.Id == voter)
            {
                return progress;
            }
        }

        return new(voter, 0, 0);
    }
}
