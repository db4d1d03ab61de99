namespace StateServer.Reports;

/// <summary>Tells whether a report says something new to whoever watches: indexes, ages and sizes move all the time and don't count.</summary>
internal static class StatusDifference
{
    /// <summary>
    /// Whether leader, term, the members' target, operation, redundancy or guards, or a member's role, vote, phase, health, address,
    /// zone or name differ.
    /// </summary>
    public static bool IsNews(ClusterReport told, ClusterReport seen) =>
        told.Cluster.Leader != seen.Cluster.Leader
        || told.Cluster.Term != seen.Cluster.Term
        || told.Cluster.FeatureLevel != seen.Cluster.FeatureLevel
        || Essence(told.Membership) != Essence(seen.Membership)
        || !told.Members.Select(Essence).SequenceEqual(seen.Members.Select(Essence));

    /// <summary>The target, the operation's step, what stops healing, and whether redundancy is full.</summary>
    private static (int?, long?, string?, bool?, bool?, string?, bool?) Essence(MembershipSummary? membership) =>
        (membership?.Target,
            membership?.Operation?.Id,
            membership?.Operation?.Step,
            membership?.Operation?.Undoing,
            membership?.Healing.Paused,
            membership is null ? null : string.Join(' ', membership.Healing.Guards),
            membership is null ? null : membership.FullSince is not null);

    private static (string, string?, string?, string?, string, string, string, bool) Essence(MemberReport member) =>
        (member.Id, member.Name, member.Zone, member.Address, member.Role, member.Vote, member.Phase, member.Healthy);
}
