using StateServer.Consensus.Membership;
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
            SyncingForMilliseconds = (long)status.SyncingFor.TotalMilliseconds,
            Stopped = status.Notes.Stopped,
            DiskSlow = status.Notes.IsDiskSlow,
        };
        reply.ClientUrls.AddRange(status.ClientUrls);
        reply.Voters.AddRange(status.Voters.Select(voter => voter.Value));
        reply.Reaches.AddRange(status.Reaches.Select(ToReply));
        reply.Awaited.AddRange(status.Notes.Awaited.Take(StatusNotes.Most));
        reply.Guards.AddRange(status.Notes.Guards.Take(StatusNotes.Most));
        reply.Laggards.AddRange(status.Notes.Laggards.Take(StatusNotes.Most).Select(laggard => laggard.Value));
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
        SyncingFor = TimeSpan.FromMilliseconds(reply.SyncingForMilliseconds),
        Reaches = [.. reply.Reaches.Select(FromReply)],
        Notes = new()
        {
            Awaited = [.. reply.Awaited],
            Stopped = reply.Stopped,
            Guards = [.. reply.Guards],
            Laggards = [.. reply.Laggards.Select(laggard => new NodeId(laggard))],
            IsDiskSlow = reply.DiskSlow,
        },
    };

    private static ReachedMember ToReply(MemberReach reach)
    {
        var reply = new ReachedMember
        {
            Id = reach.Id.Value,
            Voter = reach.IsVoter,
            SilentForMilliseconds = (long)reach.SilentFor.TotalMilliseconds,
            Heard = reach.IsHeard,
            CaughtUp = reach.IsCaughtUp,
            LearnedShare = reach.LearnedShare,
            BehindEntries = reach.BehindEntries,
            Problem = reach.Problem ?? "",
        };
        if (reach.LearnedIn is { } left)
        {
            reply.LearnedInMilliseconds = (long)left.TotalMilliseconds;
        }

        return reply;
    }

    private static MemberReach FromReply(ReachedMember reply) => new()
    {
        Id = new(reply.Id),
        IsVoter = reply.Voter,
        SilentFor = TimeSpan.FromMilliseconds(reply.SilentForMilliseconds),
        IsHeard = reply.Heard,
        IsCaughtUp = reply.CaughtUp,
        LearnedShare = reply.LearnedShare,
        LearnedIn = reply.HasLearnedInMilliseconds ? TimeSpan.FromMilliseconds(reply.LearnedInMilliseconds) : null,
        BehindEntries = reply.BehindEntries,
        Problem = reply.Problem.Length == 0 ? null : reply.Problem,
    };
}
