using System.Collections.Immutable;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Reports.Members;

namespace StateServer.Reports;

/// <summary>Adds to a report of the cluster what is wanted of its members, and how each of them stands. Pure.</summary>
internal static class MembershipReportBuilder
{
    private const long GuardWindow = 3_600_000;

    /// <summary>The report with what the state knows of the membership; as it is below feature level 4.</summary>
    /// <param name="report">The report.</param>
    /// <param name="observations">What was found out of every member.</param>
    /// <param name="state">The replicated state of the asked member.</param>
    /// <param name="now">When the members were asked.</param>
    public static ClusterReport Add(
        ClusterReport report, IReadOnlyList<MemberObservation> observations, ReplicatedState state, DateTimeOffset now)
    {
        if (state.FeatureLevel < MembershipCommand.FirstFeatureLevel)
        {
            return report;
        }

        LeaderSight sight = LeaderSight.Of(observations.Select(observation => observation.Status).OfType<MemberStatus>());
        Dictionary<string, MemberStatus?> answers = observations.DistinctBy(seen => seen.Id).ToDictionary(seen => seen.Id.ToString(), seen => seen.Status);
        var details = new MemberDetails(state, sight, now);
        IEnumerable<MemberReport> expected = state.Membership.Standings.Keys
            .Where(id => report.Members.All(member => member.Id != id.ToString()))
            .Select(id => Expected(state, id));
        return report with
        {
            Members =
            [
                .. report.Members.Concat(expected)
                    .Select(member => With(member, details, state, answers.GetValueOrDefault(member.Id)))
                    .OrderBy(member => member.Name, StringComparer.Ordinal)
                    .ThenBy(member => member.Id, StringComparer.Ordinal),
            ],
            Membership = SummaryOf(state, sight, now),
        };
    }

    /// <summary>The change of votes under way; null for none.</summary>
    public static OperationReport? OperationOf(ReplicatedState state, DateTimeOffset now)
    {
        if (state.Membership.Operation is not { } operation)
        {
            return null;
        }

        ImmutableSortedSet<NodeId> voters = state.Membership.Voters;
        string step = operation.NextChange(voters) switch
        {
            { Kind: VoteChangeKind.Promote } change => $"{MemberNames.NameOf(state, change.Node)} gets its vote next",
            { Kind: VoteChangeKind.Remove } change => $"{MemberNames.NameOf(state, change.Node)} loses its vote next",
            _ => "all its changes are made",
        };
        return new OperationReport(
            operation.Id,
            operation.Kind.ToString().ToLowerInvariant(),
            step,
            operation.Promote.Count(voters.Contains) + operation.Remove.Count(node => !voters.Contains(node)),
            operation.Promote.Length + operation.Remove.Length,
            operation.Undoing,
            MemberNames.InWords(state, operation.Reason),
            Time(operation.SinceMilliseconds),
            Age(operation.SinceMilliseconds, now));
    }

    /// <summary>What is wanted of the members and under way. Of a state of feature level 4 or more.</summary>
    public static MembershipSummary SummaryOf(ReplicatedState state, LeaderSight sight, DateTimeOffset now)
    {
        MembershipState membership = state.Membership;
        (long shortSince, long fullSince) = (membership.ShortSinceMilliseconds, membership.FullSinceMilliseconds);
        HealingPause? pause = membership.Pause is { } ordered && ordered.IsInForce(now.ToUnixTimeMilliseconds()) ? ordered : null;
        return new MembershipSummary(
            membership.Target,
            shortSince > 0 ? Time(shortSince) : null,
            shortSince > 0 ? Age(shortSince, now) : null,
            fullSince > 0 ? Time(fullSince) : null,
            fullSince > 0 ? Age(fullSince, now) : null,
            OperationOf(state, now),
            new HealingReport(
                pause is not null,
                pause is { UntilMilliseconds: < long.MaxValue } ? Time(pause.UntilMilliseconds) : null,
                pause?.Why,
                sight.Notes.Stopped.Length > 0 ? MemberNames.InWords(state, sight.Notes.Stopped) : null,
                sight.Notes.Guards),
            sight.Notes.Awaited,
            membership.Replacements.Count(at => at > now.ToUnixTimeMilliseconds() - GuardWindow),
            membership.Tombstones.Count);
    }

    private static MemberReport With(MemberReport member, MemberDetails details, ReplicatedState state, MemberStatus? status)
    {
        var id = new NodeId(ulong.Parse(member.Id, System.Globalization.CultureInfo.InvariantCulture));
        MemberDetail detail = details.Of(id, status, status is null or { Role: MemberRole.Passive });
        bool isExpected = !state.Members.ContainsKey(id) && state.Membership.Standings.ContainsKey(id);
        return member with
        {
            Vote = VoteOf(member.Vote == "has-vote", state.Membership.MarkOf(id)),
            Phase = detail.Phase ?? member.Phase,
            PhaseReason = detail.Reason,
            LearnedPercent = detail.LearnedPercent,
            LearnedInSeconds = detail.LearnedInSeconds,
            Degraded = detail.Degraded,
            Machine = detail.Machine,
            Replaces = detail.Replaces,
            AwayUntil = detail.AwayUntil,
            Reason = isExpected ? "it has not joined yet" : member.Reason is { } reason ? MemberNames.InWords(state, reason) : null,
        };
    }

    /// <summary>Whether a member votes and is to, in Juju's words.</summary>
    internal static string VoteOf(bool votes, MemberMark mark) => (votes, mark is MemberMark.Member or MemberMark.Requested) switch
    {
        (true, true) => "has-vote",
        (false, true) => "adding-vote",
        (true, false) => "removing-vote",
        _ => "no-vote",
    };

    private static MemberReport Expected(ReplicatedState state, NodeId id) => new()
    {
        Name = MemberNames.NameOf(state, id),
        Id = id.ToString(),
        Zone = MemberNames.ZoneOf(state, id)?.Name,
        Role = "unreachable",
        Vote = "no-vote",
        Phase = "requested",
        Address = null,
        Pid = null,
        Term = null,
        LastIndex = null,
        AppliedIndex = null,
        Lag = null,
        SizeBytes = null,
        Version = null,
        JoinedAt = null,
        LastSeen = null,
        Healthy = false,
        Reason = null,
    };

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static long Age(long sinceMilliseconds, DateTimeOffset now) => Math.Max(0, now.ToUnixTimeMilliseconds() - sinceMilliseconds) / 1000;
}
