using Google.Protobuf.WellKnownTypes;
using StateServer.Protos.Operator;

namespace StateServer.Reports;

/// <summary>Reports to messages and back: what one side writes, the other reads as it was.</summary>
internal static class StatusMessages
{
    private static readonly (Role Message, string Text)[] Roles =
    [
        (Role.Leader, "leader"), (Role.Follower, "follower"), (Role.Learner, "learner"), (Role.Unreachable, "unreachable"),
    ];

    private static readonly (Vote Message, string Text)[] Votes =
    [
        (Vote.Has, "has-vote"), (Vote.Adding, "adding-vote"), (Vote.Removing, "removing-vote"), (Vote.None, "no-vote"),
    ];

    /// <summary>A report as a message.</summary>
    public static GetStatusResponse ToMessage(ClusterReport report)
    {
        ClusterSummary summary = report.Cluster;
        var cluster = new ClusterStatus
        {
            Id = Id(summary.Id),
            Term = summary.Term,
            Revision = summary.Revision,
            Incarnation = summary.Incarnation,
            FeatureLevel = summary.FeatureLevel,
            Voters = summary.Voters,
            VotersAlive = summary.VotersAlive,
            CanLoseMembers = summary.CanLoseMembers,
            AsOf = Timestamp.FromDateTimeOffset(summary.AsOf),
        };
        if (summary.Leader is { } leader)
        {
            cluster.Leader = Id(leader);
        }

        cluster.CanLoseZones.Add(summary.CanLoseZones);
        cluster.ZoneLosses.Add(summary.ZoneLosses.Select(MembershipMessages.ToMessage));
        var response = new GetStatusResponse
        {
            Cluster = cluster,
            Membership = report.Membership is { } membership ? MembershipMessages.ToMessage(membership) : null,
        };
        response.Members.Add(report.Members.Select(ToMessage));
        return response;
    }

    /// <summary>A message as a report.</summary>
    public static ClusterReport FromMessage(GetStatusResponse response)
    {
        ClusterStatus cluster = response.Cluster;
        return new ClusterReport(
            new ClusterSummary(
                Text(cluster.Id),
                cluster.HasLeader ? Text(cluster.Leader) : null,
                cluster.Term,
                cluster.Revision,
                cluster.Incarnation,
                cluster.FeatureLevel,
                cluster.Voters,
                cluster.VotersAlive,
                cluster.CanLoseMembers,
                [.. cluster.CanLoseZones],
                cluster.AsOf.ToDateTimeOffset())
            {
                ZoneLosses = [.. cluster.ZoneLosses.Select(MembershipMessages.FromMessage)],
            },
            [.. response.Members.Select(FromMessage)])
        {
            Membership = response.Membership is { } membership ? MembershipMessages.FromMessage(membership, cluster.AsOf.ToDateTimeOffset()) : null,
        };
    }

    private static MemberStatus ToMessage(MemberReport report)
    {
        var message = new MemberStatus
        {
            Id = Id(report.Id),
            Role = Roles.First(r => r.Text == report.Role).Message,
            Vote = Votes.First(v => v.Text == report.Vote).Message,
            Phase = report.Phase,
            Healthy = report.Healthy,
            JoinedAt = report.JoinedAt is { } joined ? Timestamp.FromDateTimeOffset(joined) : null,
            LastSeen = report.LastSeen is { } seen ? Timestamp.FromDateTimeOffset(seen) : null,
            Degraded = report.Degraded,
            AwayUntil = report.AwayUntil is { } away ? Timestamp.FromDateTimeOffset(away) : null,
        };
        SetText(report.Name, v => message.Name = v);
        SetText(report.Zone, v => message.Zone = v);
        SetText(report.Address, v => message.Address = v);
        SetText(report.Version, v => message.Version = v);
        SetText(report.Reason, v => message.Reason = v);
        SetText(report.PhaseReason, v => message.PhaseReason = v);
        SetText(report.Machine, v => message.Machine = v);
        SetText(report.Replaces, v => message.Replaces = Id(v));
        SetNumber(report.LearnedPercent, v => message.LearnedPercent = (int)v);
        SetNumber(report.LearnedInSeconds, v => message.LearnedInSeconds = v);
        SetNumber(report.Term, v => message.Term = v);
        SetNumber(report.LastIndex, v => message.LastIndex = v);
        SetNumber(report.AppliedIndex, v => message.AppliedIndex = v);
        SetNumber(report.Lag, v => message.Lag = v);
        SetNumber(report.SizeBytes, v => message.SizeBytes = v);
        SetNumber(report.Pid, v => message.Pid = (int)v);
        return message;
    }

    private static MemberReport FromMessage(MemberStatus message) => new()
    {
        Name = message.HasName ? message.Name : null,
        Id = Text(message.Id),
        Zone = message.HasZone ? message.Zone : null,
        Role = Roles.FirstOrDefault(r => r.Message == message.Role, (default, "unreachable")).Text,
        Vote = Votes.FirstOrDefault(v => v.Message == message.Vote, (default, "no-vote")).Text,
        Phase = message.Phase,
        Address = message.HasAddress ? message.Address : null,
        Pid = message.HasPid ? message.Pid : null,
        Term = message.HasTerm ? message.Term : null,
        LastIndex = message.HasLastIndex ? message.LastIndex : null,
        AppliedIndex = message.HasAppliedIndex ? message.AppliedIndex : null,
        Lag = message.HasLag ? message.Lag : null,
        SizeBytes = message.HasSizeBytes ? message.SizeBytes : null,
        Version = message.HasVersion ? message.Version : null,
        JoinedAt = message.JoinedAt?.ToDateTimeOffset(),
        LastSeen = message.LastSeen?.ToDateTimeOffset(),
        Healthy = message.Healthy,
        Reason = message.HasReason ? message.Reason : null,
        PhaseReason = message.HasPhaseReason ? message.PhaseReason : null,
        LearnedPercent = message.HasLearnedPercent ? message.LearnedPercent : null,
        LearnedInSeconds = message.HasLearnedInSeconds ? message.LearnedInSeconds : null,
        Degraded = message.Degraded,
        Machine = message.HasMachine ? message.Machine : null,
        Replaces = message.HasReplaces ? Text(message.Replaces) : null,
        AwayUntil = message.AwayUntil?.ToDateTimeOffset(),
    };

    private static void SetText(string? value, Action<string> set)
    {
        if (value is not null)
        {
            set(value);
        }
    }

    private static void SetNumber(long? value, Action<long> set)
    {
        if (value is { } number)
        {
            set(number);
        }
    }

    private static ulong Id(string text) => ulong.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static string Text(ulong id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
