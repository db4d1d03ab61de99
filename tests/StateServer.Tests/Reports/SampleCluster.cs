using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>Three members, of which the third doesn't answer.</summary>
internal static class SampleCluster
{
    public static readonly DateTimeOffset Now = new(2026, 11, 23, 10, 15, 30, 250, TimeSpan.Zero);

    public static readonly ImmutableArray<NodeId> Ids = [new NodeId(101), new NodeId(202), new NodeId(ulong.MaxValue)];

    public static readonly ImmutableArray<InitialMember> Initial =
        [.. Ids.Select((id, slot) => new InitialMember(id, $"server-{slot}", $"127.0.0.1:{2380 + (10 * slot)}"))];

    public static MemberStatus Status(int slot, MemberRole role, NodeId leader) => new()
    {
        Id = Ids[slot],
        Cluster = new ClusterId(4711),
        Name = $"server-{slot}",
        Zone = Zone(slot),
        PeerAddress = Initial[slot].PeerAddress,
        ClientUrls = [Url(slot)],
        Role = role,
        Leader = leader,
        Term = 7,
        FirstIndex = 1,
        LastIndex = 120 - slot,
        CommitIndex = 120 - (10 * slot),
        AppliedIndex = 118 - (10 * slot),
        Revision = new Revision(90 - slot),
        Incarnation = 3 - slot,
        FeatureLevel = 2 - slot,
        Voters = Ids,
        DiskBytes = 64 * 1024 * 1024,
        Version = "0.1.0",
        ProcessId = 1000 + slot,
    };

    public static ImmutableSortedDictionary<NodeId, MemberRecord> Registered { get; } = Ids
        .Select((id, slot) => new MemberRecord(
            id, $"server-{slot}", new FolderId(1), Zone(slot), Initial[slot].PeerAddress, [Url(slot)], 1, "0.1.0", Now.AddDays(-1)))
        .ToImmutableSortedDictionary(r => r.Id, r => r);

    public static ImmutableArray<MemberObservation> Observations(bool withLeader = true) =>
    [
        new(Ids[0], Status(0, withLeader ? MemberRole.Leader : MemberRole.Follower, withLeader ? Ids[0] : default), TimeSpan.Zero, Now, null),
        new(Ids[1], Status(1, MemberRole.Follower, withLeader ? Ids[0] : default), TimeSpan.FromMilliseconds(1), Now, null),
        new(Ids[2], null, null, Now.AddSeconds(-42), "connection refused"),
    ];

    private static Zone Zone(int slot) => new($"local-{(char)('a' + slot)}");

    private static string Url(int slot) => $"http://127.0.0.1:{2379 + (10 * slot)}";
}
