using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Digests;
using StateServer.Domain.Sessions;

namespace StateServer.Domain.Apply;

/// <summary>
/// The digest of the whole state: the sum of all entities' hashes. The applied index is not part of it; it is what digests are
/// compared at.
/// </summary>
internal static class StateDigest
{
    private const ulong ClockSeed = 5;
    private const ulong CompactionSeed = 6;
    private const ulong CountSeed = 7;
    private const ulong IncarnationSeed = 10;

    /// <summary>From the sums that Apply keeps.</summary>
    public static ulong Of(ReplicatedState state) =>
        state.Keyspace.EntityDigest + state.Sessions.Digest + state.Model.EntityDigest
        + OfTheRest(state, state.Membership.TombstoneDigest);

    /// <summary>The same from scratch, entity by entity: a check of the sums that Apply keeps.</summary>
    public static ulong Recompute(ReplicatedState state)
    {
        ulong sum = 0;
        for (var cursor = state.Keyspace.Current.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            sum += EntityHash.Of(cursor.Item.Version);
        }

        for (var cursor = state.Keyspace.History.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            sum += EntityHash.Of(cursor.Item.Version);
        }

        for (var cursor = state.Keyspace.Leases.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            sum += EntityHash.Of(cursor.Item.Lease);
        }

        for (var cursor = state.Sessions.ById.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            var session = cursor.Item.Session;
            ulong outcomes = 0;
            foreach (var kept in session.Kept)
            {
                outcomes += OutcomeMeasure.Hash(kept, session.Id.Value);
            }

            sum += SessionTableBuilder.HashOf(session with { OutcomeDigest = outcomes });
        }

        return sum + ModelHash.OfRecords(state.Model) + OfTheRest(state, MembershipHash.OfTombstones(state.Membership.Tombstones));
    }

    private static ulong OfTheRest(ReplicatedState state, ulong tombstones)
    {
        var keyspace = state.Keyspace;
        var sum = EntityHash.Of(ClockSeed, state.FeatureLevel, state.TimestampMilliseconds, keyspace.Revision.Value) +
                  EntityHash.Of(CompactionSeed, keyspace.CompactedRevision.Value, keyspace.Changes.Count, keyspace.SizeBytes) +
                  EntityHash.Of(CountSeed, keyspace.Current.Count, keyspace.History.Count, keyspace.LeasedKeys.Count);
        if (state.FeatureLevel >= RestoredState.FeatureLevel)
        {
            sum += EntityHash.Of(IncarnationSeed, state.Incarnation, 0, 0);
        }

        if (state.FeatureLevel >= ModelCommand.FirstFeatureLevel)
        {
            sum += ModelHash.OfCounters(state.Model);
        }

        if (state.FeatureLevel >= MembershipCommand.FirstFeatureLevel)
        {
            sum += MembershipHash.Of(state.Membership, tombstones);
        }

        foreach (var member in state.Members.Values)
        {
            sum += EntityHash.Of(member);
        }

        foreach (var (member, alarm) in state.Alarms)
        {
            sum += EntityHash.Of(member, alarm);
        }

        return sum;
    }
}
