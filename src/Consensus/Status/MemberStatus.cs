using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Status;

/// <summary>What one member says of itself. Indexes count log entries, sizes are bytes.</summary>
public sealed record MemberStatus
{
    /// <summary>The member.</summary>
    public required NodeId Id { get; init; }

    /// <summary>Its cluster.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>Its zone.</summary>
    public required Zone Zone { get; init; }

    /// <summary>host:port of its peer service.</summary>
    public required string PeerAddress { get; init; }

    /// <summary>Its client URLs, with scheme.</summary>
    public required ImmutableArray<string> ClientUrls { get; init; }

    /// <summary>Its role.</summary>
    public MemberRole Role { get; init; }

    /// <summary>The leader it follows, or itself; none while it knows none.</summary>
    public NodeId Leader { get; init; }

    /// <summary>Its current term.</summary>
    public long Term { get; init; }

    /// <summary>The first index still in its log.</summary>
    public long FirstIndex { get; init; }

    /// <summary>The last index in its log.</summary>
    public long LastIndex { get; init; }

    /// <summary>The last index it knows to be committed.</summary>
    public long CommitIndex { get; init; }

    /// <summary>The last index it has applied.</summary>
    public long AppliedIndex { get; init; }

    /// <summary>The keyspace's revision it has applied.</summary>
    public Revision Revision { get; init; }

    /// <summary>The voters in force here, in id order.</summary>
    public ImmutableArray<NodeId> Voters { get; init; } = [];

    /// <summary>Bytes of log and snapshots on disk.</summary>
    public long DiskBytes { get; init; }

    /// <summary>Bytes of keys and values held in memory, history included.</summary>
    public long StateBytes { get; init; }

    /// <summary>How much state the member lets in, bytes; 0 for any.</summary>
    public long QuotaBytes { get; init; }

    /// <summary>How long a sync of its log has been under way; zero where none is.</summary>
    public TimeSpan SyncingFor { get; init; }

    /// <summary>Free bytes of the disk that holds its folder.</summary>
    public long DiskFreeBytes { get; init; }

    /// <summary>The index of its newest snapshot; 0 for none.</summary>
    public long SnapshotIndex { get; init; }

    /// <summary>Its executable's version.</summary>
    public string Version { get; init; } = "";

    /// <summary>Its process id.</summary>
    public int ProcessId { get; init; }

    /// <summary>The feature level in force.</summary>
    public int FeatureLevel { get; init; }

    /// <summary>How many times a cluster began with this state: 1, and one more for each restore; 0 of a member whose version knows of none.</summary>
    public long Incarnation { get; init; }

    /// <summary>When its process started.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>What it knows of each voter and learner while it leads; empty otherwise.</summary>
    public ImmutableArray<MemberReach> Reaches { get; init; } = [];

    /// <summary>What the layer above it has to say.</summary>
    public StatusNotes Notes { get; init; } = StatusNotes.None;

    /// <summary>Null while it is healthy, otherwise one line that says why not. That it knows no leader is said by <see cref="Leader"/> alone.</summary>
    public string? Unhealthy { get; init; }
}
