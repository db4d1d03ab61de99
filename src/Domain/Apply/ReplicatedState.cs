using System.Collections.Immutable;
using StateServer.Domain.Alarms;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Sessions;

namespace StateServer.Domain.Apply;

/// <summary>The whole replicated state at one log index. Immutable: readers hold a version without locks.</summary>
public sealed record ReplicatedState
{
    /// <summary>The state before the first entry.</summary>
    public static ReplicatedState Empty { get; } = new();

    /// <summary>The index of the last entry applied; 0 for none.</summary>
    public long AppliedIndex { get; init; }

    /// <summary>Replicated time, Unix milliseconds; never goes back. No safety rule depends on it.</summary>
    public long TimestampMilliseconds { get; init; }

    /// <summary>The feature level in force; at least 1.</summary>
    public int FeatureLevel { get; init; } = 1;

    /// <summary>
    /// How many times a cluster began with this state: 1 for a new one, one more for each restore from a snapshot. Known from
    /// feature level 2 on.
    /// </summary>
    public long Incarnation { get; init; } = 1;

    /// <summary>The key-value store.</summary>
    public KeyspaceState Keyspace { get; init; } = KeyspaceState.Empty;

    /// <summary>The registered members, by id.</summary>
    public ImmutableSortedDictionary<NodeId, MemberRecord> Members { get; init; } =
        ImmutableSortedDictionary<NodeId, MemberRecord>.Empty;

    /// <summary>The alarms raised, by member.</summary>
    public ImmutableSortedSet<(NodeId Member, AlarmKind Alarm)> Alarms { get; init; } =
        ImmutableSortedSet<(NodeId Member, AlarmKind Alarm)>.Empty;

    /// <summary>Machines, services and units. Known from feature level 3 on; empty before.</summary>
    public ModelState Model { get; init; } = ModelState.Empty;

    /// <summary>What is wanted of the members and under way. Known from feature level 4 on; empty before.</summary>
    public MembershipState Membership { get; init; } = MembershipState.Empty;

    /// <summary>The clients' sessions, with the outcomes that retries are answered with.</summary>
    public SessionTable Sessions { get; init; } = SessionTable.Empty;

    /// <summary>
    /// A 64-bit digest of the whole state, the index aside, kept up to date by Apply: equal on all members at one index. It is
    /// for telling faults; it does not withstand forgery.
    /// </summary>
    public ulong Digest => StateDigest.Of(this);
}
