namespace StateServer.Reports.Formats;

/// <summary>The short forms: a line a member, or counts alone.</summary>
internal static class LineStatus
{
    /// <summary>A line for the cluster and one for each member.</summary>
    public static string WriteOneline(ClusterReport report) => string.Join(
        Environment.NewLine,
        report.Members.Select(OneMember).Prepend(
            $"{TabularStatus.LeaderLine(report)}; voters {report.Cluster.VotersAlive}/{report.Cluster.Voters}. {TabularStatus.LossLine(report.Cluster)}"));

    /// <summary>Counts by role, zone and health.</summary>
    public static string WriteSummary(ClusterReport report)
    {
        ClusterSummary cluster = report.Cluster;
        return string.Join(
            Environment.NewLine,
            $"Cluster: {cluster.Id}, incarnation {cluster.Incarnation}, feature level {cluster.FeatureLevel}, as of {Rfc3339Time.Format(cluster.AsOf)}",
            TabularStatus.LeaderLine(report),
            $"Voters: {cluster.VotersAlive} alive of {cluster.Voters}",
            TabularStatus.LossLine(cluster),
            $"Members: {report.Members.Length} ({Counts(report.Members.Select(m => m.Role))})",
            $"Zones: {Counts(report.Members.Select(m => m.Zone ?? "unknown"))}",
            $"Health: {Counts(report.Members.Select(m => m.Healthy ? "healthy" : "unhealthy"))}");
    }

    private static string OneMember(MemberReport member)
    {
        string health = member.Healthy ? "healthy" : $"unhealthy: {member.Reason}";
        return $"- {member.Name ?? member.Id}: {member.Address ?? "-"} ({member.Zone ?? "-"}) {member.Role} {member.Vote} {health}";
    }

    private static string Counts(IEnumerable<string> values) => string.Join(
        ", ",
        values.GroupBy(v => v).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"));
}
