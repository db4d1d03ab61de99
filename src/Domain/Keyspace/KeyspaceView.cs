using StateServer.Domain.Keyspace.Versions;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace;

/// <summary>What reads look at: a finished state's trees, or a builder's in the middle of a transaction.</summary>
/// <param name="Current">The keys that exist.</param>
/// <param name="History">Superseded versions and tombstones.</param>
/// <param name="Revision">The revision of <paramref name="Current"/>.</param>
/// <param name="Compacted">The compacted revision, or −1.</param>
internal readonly record struct KeyspaceView(
    PersistentTree<VersionByKey, Key> Current,
    PersistentTree<VersionInHistory, KeyAtRevision> History,
    long Revision,
    long Compacted)
{
    /// <summary>The key's newest version, or null where it does not exist.</summary>
    public KeyValue? Get(Key key) => Current.TryGet(key, out var item) ? item.Version : null;

    /// <summary>The key's version as of a revision, or null where it did not exist then.</summary>
    public KeyValue? Get(Key key, long revision)
    {
        if (Get(key) is { } current && current.ModRevision.Value <= revision)
        {
            return current;
        }

        var found = NewestInHistory(key, revision);
        return found is { IsTombstone: false } ? found : null;
    }

    /// <summary>The newest superseded version or tombstone of a key, as of a revision; null where there is none.</summary>
    public KeyValue? NewestInHistory(Key key, long revision)
    {
        var cursor = History.At(new KeyAtRevision(key, revision));
        return cursor.IsOnItem && cursor.Item.Version.Key == key ? cursor.Item.Version : null;
    }

    /// <summary>How many keys of a range exist now: two descents, whatever the range holds.</summary>
    public long Count(KeyRange range)
    {
        if (range.IsSingle)
        {
            return Get(range.Start) is null ? 0 : 1;
        }

        var below = Current.CountBelow(range.Start);
        var upTo = range.IsOpenEnded ? Current.Count : Current.CountBelow(range.End);
        return Math.Max(0, upTo - below);
    }

    /// <summary>Null where a read at a revision (0 or less: the newest) is possible, or why it isn't.</summary>
    public Rejection? CheckRevision(long revision)
    {
        if (revision > Revision)
        {
            return new Rejection(
                RejectionReason.FutureRevision,
                $"revision {revision} lies in the future: the current one is {Revision}");
        }

        return revision > 0 && revision < Compacted
            ? new Rejection(
                RejectionReason.Compacted,
                $"revision {revision} has been compacted: the oldest one kept is {Compacted}")
            : null;
    }
}
