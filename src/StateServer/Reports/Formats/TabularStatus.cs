using System.Globalization;
using System.Text;
using StateServer.Options;

namespace StateServer.Reports.Formats;

/// <summary>The form for people: the cluster in a few lines, then a table of its members, then why some are not healthy.</summary>
internal static class TabularStatus
{
    private static readonly string[] Heading =
    [
        "Member", "Id", "Zone", "Address", "Role", "Vote", "Phase", "Term", "Last", "Applied", "Lag", "Size", "Version", "Pid",
        "Joined", "Seen", "Health",
    ];

    /// <summary>Writes a report.</summary>
    /// <param name="report">What to write.</param>
    /// <param name="now">For the ages of what it says.</param>
    public static string Write(ClusterReport report, DateTimeOffset now)
    {
        var text = new StringBuilder();
        ClusterSummary cluster = report.Cluster;
        text.AppendLine(CultureInfo.InvariantCulture, $"Cluster {cluster.Id}, incarnation {cluster.Incarnation}, feature level {cluster.FeatureLevel}, asked {Ago(cluster.AsOf, now)} ago");
        text.AppendLine(LeaderLine(report));
        text.AppendLine(CultureInfo.InvariantCulture, $"Voters: {cluster.VotersAlive} alive of {cluster.Voters}. {LossLine(cluster)}");
        foreach (string line in report.Membership is { } membership ? MembershipText.Lines(membership, cluster.Voters, MembershipText.LostVoters(report)) : [])
        {
            text.AppendLine(line);
        }

        MembershipText.WriteZones(text, cluster);
        text.AppendLine();
        TextTable.Write(text, [Heading, .. report.Members.Select(m => Row(m, now))]);
        string[] reasons = [.. report.Members.Select(Because).OfType<string>()];
        foreach (string reason in reasons)
        {
            text.AppendLine();
            text.Append(reason);
        }

        if (reasons.Length > 0)
        {
            text.AppendLine();
        }

        ModelTables.Write(text, report);
        return text.ToString().TrimEnd();
    }

    /// <summary>Who leads, or that nobody does.</summary>
    public static string LeaderLine(ClusterReport report)
    {
        ClusterSummary cluster = report.Cluster;
        MemberReport? leader = report.Members.FirstOrDefault(m => m.Id == cluster.Leader);
        return leader is null
            ? $"No leader (term {cluster.Term}): writes and linearizable reads wait; revision {cluster.Revision} when last heard"
            : $"Leader {leader.Name ?? leader.Id} (term {cluster.Term}), revision {cluster.Revision}";
    }

    /// <summary>How much more can be lost.</summary>
    public static string LossLine(ClusterSummary cluster)
    {
        if (cluster.VotersAlive < (cluster.Voters / 2) + 1)
        {
            return "No quorum: nothing more can be lost, members must come back.";
        }

        string zones = cluster.CanLoseZones switch
        {
            [] => "no zone",
            [var zone] => $"zone {zone}",
            var several => $"any one zone of {string.Join(", ", several)}",
        };
        string members = cluster.CanLoseMembers == 1 ? "1 more member" : $"{cluster.CanLoseMembers} more members";
        return $"Can lose {members}, and {zones}.";
    }

    private static string? Because(MemberReport member)
    {
        string[] reasons = [.. new[] { member.PhaseReason, member.Reason }.OfType<string>()];
        return reasons.Length == 0 ? null : $"{member.Name ?? member.Id}: {string.Join("; ", reasons)}";
    }

    private static string[] Row(MemberReport member, DateTimeOffset now) =>
    [
        member.Name ?? "-",
        member.Id,
        member.Zone ?? "-",
        member.Address ?? "-",
        member.Role,
        member.Vote,
        member.LearnedPercent is { } learned ? $"{member.Phase} {learned}%" : member.Phase,
        Number(member.Term),
        Number(member.LastIndex),
        Number(member.AppliedIndex),
        Number(member.Lag),
        member.SizeBytes is { } size ? ByteSize.Format(size) : "-",
        member.Version ?? "-",
        Number(member.Pid),
        member.JoinedAt is { } joined ? Ago(joined, now) : "-",
        member.LastSeen is { } seen ? Ago(seen, now) : "never",
        member.Healthy ? member.Degraded ? "degraded" : "healthy" : "unhealthy",
    ];

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "-";

    private static string Ago(DateTimeOffset then, DateTimeOffset now)
    {
        TimeSpan age = now - then;
        return age switch
        {
            _ when age < TimeSpan.FromSeconds(1) => "<1s",
            { TotalMinutes: < 2 } => $"{(int)age.TotalSeconds}s",
            { TotalHours: < 2 } => $"{(int)age.TotalMinutes}m",
            { TotalDays: < 2 } => $"{(int)age.TotalHours}h",
            _ => $"{(int)age.TotalDays}d",
        };
    }
}
