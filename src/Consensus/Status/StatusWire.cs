using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Status;

/// <summary>A member's status as it travels between members.</summary>
internal static class StatusWire
{
    /// <summary>To the wire.</summary>
    public static StatusReply ToReply(MemberStatus status)
    {
        var reply = new StatusReply
        {
            Id = status.Id.Value,
            Cluster = status.Cluster.Value,
            Name = status.Name,
            Zone = status.Zone.Name,
            PeerAddress = status.PeerAddress,
            Role = (int)status.Role,
            Leader = status.Leader.Value,
            Term = status.Term,
            FirstIndex = status.FirstIndex,
            LastIndex = status.LastIndex,
            CommitIndex = status.CommitIndex,
            AppliedIndex = status.AppliedIndex,
            Revision = status.Revision.Value,
            DiskBytes = status.DiskBytes,
            StateBytes = status.StateBytes,
            DiskFreeBytes = status.DiskFreeBytes,
            QuotaBytes = status.QuotaBytes,
            SnapshotIndex = status.SnapshotIndex,
            Version = status.Version,
            ProcessId = status.ProcessId,
            FeatureLevel = status.FeatureLevel,
            Incarnation = status.Incarnation,
            StartedAtUnixMilliseconds = status.StartedAt.ToUnixTimeMilliseconds(),
            Unhealthy = status.Unhealthy ?? "",
        };
        reply.ClientUrls.AddRange(status.ClientUrls);
        reply.Voters.AddRange(status.Voters.Select(voter => voter.Value));
        return reply;
    }

    /// <summary>From the wire.</summary>
    public static MemberStatus FromReply(StatusReply reply) => new()
    {
        Id = new(reply.Id),
        Cluster = new(reply.Cluster),
        Name = reply.Name,
        Zone = new(reply.Zone),
        PeerAddress = reply.PeerAddress,
        ClientUrls = [.. reply.ClientUrls],
        Role = (MemberRole)reply.Role,
        Leader = new(reply.Leader),
        Term = reply.Term,
        FirstIndex = reply.FirstIndex,
        LastIndex = reply.LastIndex,
        CommitIndex = reply.CommitIndex,
        AppliedIndex = reply.AppliedIndex,
        Revision = new(reply.Revision),
        Voters = [.. reply.Voters.Select(voter => new NodeId(voter))],
        DiskBytes = reply.DiskBytes,
        StateBytes = reply.StateBytes,
        DiskFreeBytes = reply.DiskFreeBytes,
        QuotaBytes = reply.QuotaBytes,
        SnapshotIndex = reply.SnapshotIndex,
        Version = reply.Version,
        ProcessId = reply.ProcessId,
        FeatureLevel = reply.FeatureLevel,
        Incarnation = reply.Incarnation,
        StartedAt = DateTimeOffset.FromUnixTimeMilliseconds(reply.StartedAtUnixMilliseconds),
        Unhealthy = reply.Unhealthy.Length == 0 ? null : reply.Unhealthy,
    };
}
