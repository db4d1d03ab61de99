namespace StateServer.Reports;

/// <summary>Tells whether a report says something new to whoever watches: indexes, ages and sizes move all the time and don't count.</summary>
internal static class StatusDifference
{
    /// <summary>Whether leader, term, or a member's role, vote, phase, health, address, zone or name differ.</summary>
    public static bool IsNews(ClusterReport told, ClusterReport seen) =>
        told.Cluster.Leader != seen.Cluster.Leader
        || told.Cluster.Term != seen.Cluster.Term
        || told.Cluster.FeatureLevel != seen.Cluster.FeatureLevel
        || !told.Members.Select(Essence).SequenceEqual(seen.Members.Select(Essence));

    private static (string, string?, string?, string?, string, string, string, bool) Essence(MemberReport member) =>
        (member.Id, member.Name, member.Zone, member.Address, member.Role, member.Vote, member.Phase, member.Healthy);
}
