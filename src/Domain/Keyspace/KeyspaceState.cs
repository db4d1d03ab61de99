using System.Collections.Immutable;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Versions;
using StateServer.Domain.Leases;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace;

/// <summary>
/// The MVCC key-value store at one revision, with its history back to the compacted revision. Immutable and thread-safe;
/// versions share what did not change.
/// </summary>
/// <remarks>
/// Three trees hold the versions: those that exist now by key, superseded ones and tombstones by key and revision, and all
/// changes in the order they were made. The last one feeds watchers, and tells a compaction, step by step from its front, what
/// is no longer readable: the version that each change superseded.
/// </remarks>
public sealed class KeyspaceState
{
    /// <summary>The prefix under which Apply writes the model's view; clients may read it and never write it.</summary>
    public const string ReservedPrefix = "/stateserver/";

    /// <summary>The empty store, at revision 1, as etcd counts.</summary>
    public static KeyspaceState Empty { get; } = new();

    /// <summary>The current main revision.</summary>
    public Revision Revision { get; internal init; } = new(1);

    /// <summary>The compacted revision: reads before it are refused; −1 while nothing was compacted.</summary>
    public Revision CompactedRevision { get; internal init; } = new(-1);

    /// <summary>True while compacted history is not all freed: propose <c>TrimHistoryCommand</c>s.</summary>
    public bool HasHistoryToTrim => FirstChange is { } first && first.ModRevision.Value < CompactedRevision.Value;

    /// <summary>Keys that exist now.</summary>
    public long KeyCount => Current.Count;

    /// <summary>Versions held, tombstones included.</summary>
    public long VersionCount => Current.Count + History.Count;

    /// <summary>Leases that exist now.</summary>
    public long LeaseCount => Leases.Count;

    /// <summary>Bytes of all keys and values held, history included: what etcd calls the size in use.</summary>
    public long SizeBytes { get; internal init; }

    internal PersistentTree<VersionByKey, Key> Current { get; init; }

    internal PersistentTree<VersionInHistory, KeyAtRevision> History { get; init; }

    internal PersistentTree<VersionByChange, ChangeNumber> Changes { get; init; }

    internal PersistentTree<VersionByLease, LeasedKey> LeasedKeys { get; init; }

    internal PersistentTree<LeaseById, LeaseId> Leases { get; init; }

    /// <summary>The sum of the hashes of all versions and leases.</summary>
    internal ulong EntityDigest { get; init; }

    internal KeyspaceView View => new(Current, History, Revision.Value, CompactedRevision.Value);

    /// <summary>The oldest change that was not trimmed.</summary>
    internal KeyValue? FirstChange => Changes.Count == 0 ? null : Changes.AtFirst().Item.Version;

    /// <summary>Reads a range.</summary>
    /// <param name="query">What to read.</param>
    /// <param name="result">What was found; null where it was refused.</param>
    /// <returns>Null, or why the read was refused (future or compacted revision, empty key, no such sort option).</returns>
    public Rejection? TryRange(RangeQuery query, out RangeResult? result) => RangeReader.Read(View, query, out result);

    /// <summary>The key's newest version, or null where it does not exist.</summary>
    public KeyValue? Get(Key key) => View.Get(key);

    /// <summary>The lease, or null where it does not exist.</summary>
    public LeaseRecord? GetLease(LeaseId lease) => Leases.TryGet(lease, out var item) ? item.Lease : null;

    /// <summary>All leases, by id, read as they are asked for.</summary>
    public IEnumerable<LeaseRecord> ListLeases()
    {
        for (var cursor = Leases.AtFirst(); cursor.IsOnItem; cursor.MoveNext())
        {
            yield return cursor.Item.Lease;
        }
    }

    /// <summary>The keys attached to a lease, in order.</summary>
    public ImmutableArray<Key> KeysOfLease(LeaseId lease)
    {
        var keys = ImmutableArray.CreateBuilder<Key>();
        for (var cursor = LeasedKeys.At(new LeasedKey(lease, default));
             cursor.IsOnItem && cursor.Item.Version.Lease == lease;
             cursor.MoveNext())
        {
            keys.Add(cursor.Item.Version.Key);
        }

        return keys.DrainToImmutable();
    }

    /// <summary>
    /// A digest over every version held with a revision after the compacted one and up to <paramref name="revision"/> (0: the
    /// current), and over the versions that the compacted revision still shows. Walks the whole store.
    /// </summary>
    /// <param name="revision">The revision.</param>
    /// <param name="hash">The digest: equal on members whose compacted revisions are equal, however much of their history is trimmed.</param>
    /// <returns>Null, or why it was refused (future or compacted).</returns>
    public Rejection? TryHash(Revision revision, out uint hash)
    {
        hash = 0;
        if (View.CheckRevision(revision.Value) is { } refused)
        {
            return refused;
        }

        hash = KeyspaceHash.Of(this, revision.Value <= 0 ? Revision.Value : revision.Value);
        return null;
    }

    /// <summary>
    /// The changes from a revision on, in order, revision by revision: the last one returned is never cut, so that the next
    /// call may go on behind it.
    /// </summary>
    /// <param name="from">The first revision wanted; the compacted one is still complete.</param>
    /// <param name="most">Stops before a revision when so many changes are there; at least 1.</param>
    /// <param name="events">The changes; a previous version that is compacted is null.</param>
    /// <returns>Null, or that <paramref name="from"/> was compacted.</returns>
    public Rejection? TryReadChanges(Revision from, int most, out ImmutableArray<KeyEvent> events)
    {
        events = [];
        if (from.Value < CompactedRevision.Value)
        {
            return new Rejection(
                RejectionReason.Compacted,
                $"revision {from} has been compacted: the oldest one kept is {CompactedRevision}");
        }

        var found = ImmutableArray.CreateBuilder<KeyEvent>();
        var view = View;
        long last = 0;
        for (var cursor = Changes.At(new ChangeNumber(from.Value, 0)); cursor.IsOnItem; cursor.MoveNext())
        {
            var version = cursor.Item.Version;
#if PLANTED_CutRevisionAtStep
            if (found.Count >= most)
#else
            if (found.Count >= most && version.ModRevision.Value != last)
#endif
            {
                break;
            }

            last = version.ModRevision.Value;
            var previous = version.Version == 1 || last <= CompactedRevision.Value
                ? null
                : view.NewestInHistory(version.Key, last - 1);
            found.Add(new KeyEvent(version.IsTombstone, version, previous is { IsTombstone: true } ? null : previous));
        }

        events = found.DrainToImmutable();
        return null;
    }
}
