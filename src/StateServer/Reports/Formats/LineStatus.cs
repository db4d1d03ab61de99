namespace StateServer.Reports.Formats;

/// <summary>The short forms: a line a member, or counts alone.</summary>
internal static class LineStatus
{
    /// <summary>A line for the cluster and one for each member, machine and unit.</summary>
    public static string WriteOneline(ClusterReport report) => string.Join(
        Environment.NewLine,
        [
            $"{TabularStatus.LeaderLine(report)}; voters {report.Cluster.VotersAlive}/{report.Cluster.Voters}. {TabularStatus.LossLine(report.Cluster)}",
            .. Membership(report),
            .. report.Members.Select(OneMember),
            .. report.Environment?.Message is { } waits ? (string[])[$"- environment {report.Environment.Name}: {waits}"] : [],
            .. report.Machines.Select(m => $"- machine {m.Id}: {m.Address ?? "-"} ({m.Zone ?? "-"}) {m.State}{Because(m.Message)}"),
            .. report.Units.Select(u => $"- {u.Name}: {u.Address ?? "-"} ({u.Zone ?? "-"}) machine {u.Machine ?? "-"} {u.State}{Because(u.Message)}"),
        ]);

    /// <summary>Counts by role, zone and health.</summary>
    public static string WriteSummary(ClusterReport report)
    {
        ClusterSummary cluster = report.Cluster;
        return string.Join(
            Environment.NewLine,
            [
                $"Cluster: {cluster.Id}, incarnation {cluster.Incarnation}, feature level {cluster.FeatureLevel}, as of {Rfc3339Time.Format(cluster.AsOf)}",
                TabularStatus.LeaderLine(report),
                $"Voters: {cluster.VotersAlive} alive of {cluster.Voters}",
                TabularStatus.LossLine(cluster),
                .. Membership(report),
                .. cluster.ZoneLosses.Where(z => z.HoldsMajority).Select(z => $"Zone {z.Zone}: {z.Message}"),
                $"Members: {report.Members.Length} ({Counts(report.Members.Select(m => m.Role))})",
                $"Zones: {Counts(report.Members.Select(m => m.Zone ?? "unknown"))}",
                $"Health: {Counts(report.Members.Select(m => m.Healthy ? m.Degraded ? "degraded" : "healthy" : "unhealthy"))}",
                .. Model(report),
            ]);
    }

    private static IEnumerable<string> Membership(ClusterReport report) =>
        report.Membership is { } membership ? MembershipText.Lines(membership, report.Cluster.Voters, MembershipText.LostVoters(report)) : [];

    private static IEnumerable<string> Model(ClusterReport report)
    {
        if (report.Environment is null)
        {
            yield break;
        }

        yield return ModelTables.EnvironmentLine(report.Environment);
        if (report.Environment.Message is { } waits)
        {
            yield return $"It waits: {waits}";
        }

        yield return $"Machines: {report.Machines.Length}{InBrackets(report.Machines.Select(m => m.State))}";
        yield return $"Units: {report.Units.Length}{InBrackets(report.Units.Select(u => u.State))}";
        foreach (ServiceReport service in report.Services)
        {
            yield return $"Service {service.Name}: {service.UnitsRunning}/{service.Units} {ModelTables.Spread(service)}".TrimEnd();
        }
    }

    private static string InBrackets(IEnumerable<string> values) => Counts(values) is { Length: > 0 } counts ? $" ({counts})" : "";

    private static string Because(string? message) => message is null ? "" : $": {message}";

    private static string OneMember(MemberReport member)
    {
        string[] reasons = [.. new[] { member.Healthy ? null : member.Reason, member.PhaseReason }.OfType<string>()];
        return $"- {member.Name ?? member.Id}: {member.Address ?? "-"} ({member.Zone ?? "-"}) {member.Role} {member.Vote} "
            + $"{(member.Healthy ? "healthy" : "unhealthy")}{(reasons.Length == 0 ? "" : $": {string.Join("; ", reasons)}")}";
    }

    private static string Counts(IEnumerable<string> values) => string.Join(
        ", ",
        values.GroupBy(v => v).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Count()} {g.Key}"));
}
