using System.Collections.Immutable;
using StateServer.Domain.Alarms;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Membership;
using StateServer.Domain.Membership.Changes;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Sessions;

namespace StateServer.Domain.Apply;

/// <summary>What a saved state becomes in the new cluster that is made of it. Pure: equal states give equal ones.</summary>
public static class RestoredState
{
    /// <summary>
    /// How far revisions jump ahead: what the old cluster went on to after the snapshot must lie before it, or a client that saw
    /// that would take the new cluster's revisions for the past. At 50,000 writes a second it takes eight months to get there;
    /// and a signed 64-bit number holds nine million such jumps.
    /// </summary>
    public const long RevisionJump = 1_000_000_000_000;

    /// <summary>
    /// How far log indexes jump ahead, for the same reason: a session's id is its place in the log, and an old cluster's session
    /// must not be taken for a new one's. At 5,000 entries a second it takes 23 days to get there.
    /// </summary>
    public const long IndexJump = 10_000_000_000;

    /// <summary>
    /// How far the numbers of assignments jump ahead: what the old cluster's agents run under later numbers must not be taken for
    /// what the new one assigns. At 10,000 assignments a second it takes three years to get there.
    /// </summary>
    public const long AssignmentJump = 1_000_000_000_000;

    /// <summary>The feature level that knows incarnations.</summary>
    public const int FeatureLevel = 2;

    /// <summary>
    /// The state with its keys, their values, versions and leases as they were; at a revision far ahead, before which all counts
    /// as compacted; of the next incarnation; without the members, alarms and sessions of the old cluster, nor what was wanted of
    /// its members and under way, their tombstones aside. A session's client may have been answered after the snapshot: its retry
    /// must be told that nobody knows, not be executed or answered wrongly.
    /// </summary>
    /// <exception cref="OverflowException">The state was restored too many times for its numbers.</exception>
    public static ReplicatedState Of(ReplicatedState saved)
    {
        ArgumentNullException.ThrowIfNull(saved);
        return Renew(saved, recovered: null, saved.Incarnation);
    }

    /// <summary>The same, for one member that is known: what is left of a cluster that lost its quorum.</summary>
    /// <param name="saved">The state that it begins with.</param>
    /// <param name="recovered">The one member; null where nobody is known.</param>
    /// <param name="incarnation">The highest incarnation that anybody knows of; the new one is above it.</param>
    internal static ReplicatedState Renew(ReplicatedState saved, RecoveredMember? recovered, long incarnation)
    {
        var revision = checked(saved.Keyspace.Revision.Value + RevisionJump);
        var keyspace = new KeyspaceLoader(new(revision + 1, 0));
        for (var current = saved.Keyspace.Current.AtFirst(); current.IsOnItem; current.MoveNext())
        {
            keyspace.Add(current.Item.Version);
        }

        for (var lease = saved.Keyspace.Leases.AtFirst(); lease.IsOnItem; lease.MoveNext())
        {
            keyspace.Add(lease.Item.Lease);
        }

        var restored = saved with
        {
            AppliedIndex = checked(saved.AppliedIndex + IndexJump),
            FeatureLevel = Math.Max(saved.FeatureLevel, FeatureLevel),
            Incarnation = checked(Math.Max(saved.Incarnation, incarnation) + 1),
            Keyspace = keyspace.ToState(new Revision(revision), new Revision(revision)),
            Model = saved.FeatureLevel < ModelCommand.FirstFeatureLevel
                ? saved.Model
                : saved.Model with { LastAssignment = checked(saved.Model.LastAssignment + AssignmentJump) },
            Alarms = ImmutableSortedSet<(NodeId Member, AlarmKind Alarm)>.Empty,
            Sessions = SessionTable.Empty,
        };
        return WithRestoredRecords(restored, recovered);
    }

    /// <summary>
    /// Without the old members, and with a model that says of itself that it was restored; the views of both follow, a revision
    /// each.
    /// </summary>
    private static ReplicatedState WithRestoredRecords(ReplicatedState restored, RecoveredMember? recovered)
    {
        var keyspace = new KeyspaceBuilder(restored.Keyspace, ImmutableArray.CreateBuilder<KeyEvent>());
        var model = new ModelBuilder(restored.Model, keyspace, restored.TimestampMilliseconds);
        var membership = new MembershipBuilder(restored.Membership, restored.Members, model.Draft, keyspace);
        if (restored.FeatureLevel >= MembershipCommand.FirstFeatureLevel)
        {
            membership.Restore(buryAll: recovered is not null);
        }

        if (restored.FeatureLevel >= ModelCommand.FirstFeatureLevel && restored.Model.Environment is not null)
        {
            model.Restore(recovered);
        }

        return restored with
        {
            Keyspace = keyspace.ToState(),
            Model = model.ToState(),
            Membership = membership.ToState(),
            Members = ImmutableSortedDictionary<NodeId, MemberRecord>.Empty,
        };
    }
}
