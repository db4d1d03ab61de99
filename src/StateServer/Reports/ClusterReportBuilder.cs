using System.Collections.Immutable;
using System.Net;
using StateServer.Consensus;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Reports;

/// <summary>Makes a report of what one member found out. Pure: works the same with a leader and without.</summary>
internal static class ClusterReportBuilder
{
    /// <summary>Builds it.</summary>
    /// <param name="self">The asked member's own status: its cluster, and the voters in force there.</param>
    /// <param name="observations">What it found out of every member.</param>
    /// <param name="registered">What the replicated state knows of the members.</param>
    /// <param name="initial">The initial list, for names and addresses of members that never registered.</param>
    /// <param name="now">When the members were asked.</param>
    public static ClusterReport Build(
        MemberStatus self,
        IReadOnlyList<MemberObservation> observations,
        IReadOnlyDictionary<NodeId, MemberRecord> registered,
        IReadOnlyList<InitialMember> initial,
        DateTimeOffset now)
    {
        MemberStatus[] answers = [.. observations.Select(o => o.Status).OfType<MemberStatus>()];
        ImmutableArray<NodeId> voters = VotersInForce(self, answers, initial);
        long committed = answers.Select(a => a.CommitIndex).DefaultIfEmpty(0).Max();
        NodeId leader = LeaderAmong(answers);

        Dictionary<NodeId, MemberObservation> byId = observations.DistinctBy(o => o.Id).ToDictionary(o => o.Id);
        IEnumerable<NodeId> ids = byId.Keys.Concat(voters).Concat(registered.Keys).Distinct();
        ImmutableArray<MemberReport> members =
        [
            .. ids.Select(id => Member(
                    id,
                    byId.GetValueOrDefault(id),
                    registered.GetValueOrDefault(id),
                    initial.FirstOrDefault(m => m.Id == id),
                    voters.Contains(id),
                    leader == id,
                    committed))
                .OrderBy(m => m.Name, StringComparer.Ordinal)
                .ThenBy(m => m.Id, StringComparer.Ordinal),
        ];

        (Zone? Zone, bool Alive)[] voting =
        [
            .. voters.Select(id => (ZoneOf(id, byId.GetValueOrDefault(id), registered), IsAlive(byId.GetValueOrDefault(id)))),
        ];
        LossTolerance tolerance = LossTolerance.Of(voting);
        return new ClusterReport(
            new ClusterSummary(
                self.Cluster.ToString(),
                leader.IsNone ? null : leader.ToString(),
                answers.Select(a => a.Term).DefaultIfEmpty(self.Term).Max(),
                answers.Select(a => a.Revision.Value).DefaultIfEmpty(self.Revision.Value).Max(),
                answers.Select(a => a.Incarnation).DefaultIfEmpty(self.Incarnation).Max(),
                answers.Select(a => a.FeatureLevel).DefaultIfEmpty(self.FeatureLevel).Max(),
                voting.Length,
                voting.Count(v => v.Alive),
                tolerance.Members,
                tolerance.Zones,
                now)
            {
                ZoneLosses = ZoneLoss.Of(voting),
            },
            members);
    }

    /// <summary>The configuration of whoever knows the newest log; before anything is known, the initial list.</summary>
    private static ImmutableArray<NodeId> VotersInForce(
        MemberStatus self, MemberStatus[] answers, IReadOnlyList<InitialMember> initial)
    {
        MemberStatus? newest = answers.Append(self)
            .Where(a => !a.Voters.IsDefaultOrEmpty)
            .OrderByDescending(a => a.Role == MemberRole.Leader ? a.Term : 0)
            .ThenByDescending(a => a.CommitIndex)
            .FirstOrDefault();
        return newest?.Voters ?? [.. initial.Select(m => m.Id)];
    }

    /// <summary>The member that says it leads in the highest term, provided that nobody tells of a higher one with another leader.</summary>
    private static NodeId LeaderAmong(MemberStatus[] answers)
    {
        MemberStatus? leader = answers.Where(a => a.Role == MemberRole.Leader).MaxBy(a => a.Term);
        return leader is null || answers.Any(a => a.Term > leader.Term && !a.Leader.IsNone && a.Leader != leader.Id)
            ? default
            : leader.Id;
    }

    /// <summary>It answers, and nothing keeps it from voting. Whether there is a leader just now is another question.</summary>
    private static bool IsAlive(MemberObservation? seen) => seen?.Status is { Role: not MemberRole.Passive };

    private static Zone? ZoneOf(NodeId id, MemberObservation? seen, IReadOnlyDictionary<NodeId, MemberRecord> registered) =>
        seen?.Status?.Zone ?? registered.GetValueOrDefault(id)?.Zone;

    private static MemberReport Member(
        NodeId id,
        MemberObservation? seen,
        MemberRecord? record,
        InitialMember? initial,
        bool votes,
        bool leads,
        long committed)
    {
        MemberStatus? status = seen?.Status;
        string? peerAddress = status?.PeerAddress ?? record?.PeerAddress ?? initial?.PeerAddress;
        ImmutableArray<string> urls = status?.ClientUrls ?? record?.ClientUrls ?? [];
        return new MemberReport
        {
            Name = status?.Name ?? record?.Name ?? initial?.Name,
            Id = id.ToString(),
            Zone = status?.Zone.Name ?? record?.Zone.Name,
            Role = status is null ? "unreachable" : leads ? "leader" : status.Role == MemberRole.Learner ? "learner" : "follower",
            Vote = votes ? "has-vote" : "no-vote",
            Phase = Phase(status, record, seen?.LastSeen, votes),
            Address = AddressOf(urls),
            Pid = status is not null && IsLoopback(peerAddress) ? status.ProcessId : null,
            Term = status?.Term,
            LastIndex = status?.LastIndex,
            AppliedIndex = status?.AppliedIndex,
            Lag = status is null ? null : Math.Max(0, committed - status.AppliedIndex),
            SizeBytes = status?.DiskBytes,
            Version = status?.Version ?? record?.Version,
            JoinedAt = record?.JoinedAt,
            LastSeen = seen?.LastSeen,
            Healthy = status is { Unhealthy: null, Leader.IsNone: false },
            Reason = status switch
            {
                null => seen?.Error ?? "not asked: its address is not known here",
                { Unhealthy: null, Leader.IsNone: true } => "it knows no leader",
                _ => status.Unhealthy,
            },
        };
    }

    private static string Phase(MemberStatus? status, MemberRecord? record, DateTimeOffset? lastSeen, bool votes) => status switch
    {
        null when record is null && lastSeen is null => "starting",
        null => "suspect",
        { Role: MemberRole.Learner } => "learning",

        // It answers and takes no part: its folder isn't open yet, or is damaged.
        { Role: MemberRole.Passive } => record is null ? "starting" : "suspect",
        _ => votes ? "voting" : "learning",
    };

    private static string? AddressOf(ImmutableArray<string> urls) =>
        urls.IsDefaultOrEmpty || !Uri.TryCreate(urls[0], UriKind.Absolute, out Uri? url) ? null : url.Authority;

    private static bool IsLoopback(string? hostPort)
    {
        int colon = hostPort?.LastIndexOf(':') ?? -1;
        return colon > 0
            && (hostPort![..colon] == "localhost"
                || (IPAddress.TryParse(hostPort[..colon].Trim('[', ']'), out IPAddress? address) && IPAddress.IsLoopback(address)));
    }
}
