using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Status;

namespace StateServer.Consensus.Replica;

/// <summary>Puts this member's status together. Thread-safe; never waits.</summary>
/// <param name="options">What this member is.</param>
/// <param name="raft">Its Raft core.</param>
/// <param name="applier">Its state.</param>
/// <param name="space">Its disk.</param>
/// <param name="standing">Whether it may serve.</param>
/// <param name="snapshots">Its snapshots.</param>
/// <param name="startedAt">When the process started.</param>
/// <param name="reaches">What it knows of the others while it leads.</param>
/// <param name="notes">What the layer above has to say.</param>
internal sealed class StatusSource(
    ReplicaOptions options,
    IRaftNode raft,
    Applier applier,
    SpaceGate space,
    Standing standing,
    ISnapshotSink snapshots,
    DateTimeOffset startedAt,
    Func<ImmutableArray<MemberReach>> reaches,
    Func<StatusNotes> notes)
{
    /// <summary>A sync that takes so long is no hiccup of a disk: this member can't make anything durable.</summary>
    public static readonly TimeSpan LongestSync = TimeSpan.FromSeconds(10);

    /// <summary>The status now.</summary>
    public MemberStatus Build()
    {
        var now = raft.Status;
        var point = applier.Point;
        return new()
        {
            Id = options.Id,
            Cluster = options.Cluster,
            Name = options.Name,
            Zone = options.Zone,
            PeerAddress = options.PeerAddress,
            ClientUrls = options.ClientUrls,
            Role = RoleOf(now),
            Leader = now.Leader,
            Term = now.Term,
            FirstIndex = now.FirstIndex,
            LastIndex = now.LastIndex,
            CommitIndex = now.CommitIndex,
            AppliedIndex = point.Index,
            Revision = point.State.Keyspace.Revision,
            Voters = now.Voters,
            DiskBytes = now.DiskBytes + snapshots.NewestBytes,
            SyncingFor = now.SyncingFor,
            StateBytes = point.State.Keyspace.SizeBytes,
            DiskFreeBytes = space.FreeBytes,
            QuotaBytes = options.QuotaBytes == SpaceQuota.None ? 0 : options.QuotaBytes,
            SnapshotIndex = snapshots.NewestIndex,
            Version = options.Version,
            ProcessId = Environment.ProcessId,
            FeatureLevel = point.State.FeatureLevel,
            Incarnation = point.State.Incarnation,
            StartedAt = startedAt,
            Reaches = now.IsLeader ? reaches() : [],
            Notes = notes(),
            Unhealthy = standing.Problem
                ?? now.Fault
                ?? space.OwnShortage
                ?? Stall(now.SyncingFor),
        };
    }

    private static string? Stall(TimeSpan syncing) => syncing < LongestSync
        ? null
        : $"its disk hangs: a sync of the log began {(long)syncing.TotalSeconds} s ago and has not ended";

    private static MemberRole RoleOf(RaftStatus status) => status switch
    {
        { IsLeader: true } => MemberRole.Leader,
        { Fault: not null } => MemberRole.Passive,
        { IsVoter: true } => MemberRole.Follower,
        _ => MemberRole.Learner,
    };
}
