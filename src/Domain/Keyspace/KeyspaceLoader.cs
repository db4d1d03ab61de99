using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Versions;
using StateServer.Domain.Leases;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace;

/// <summary>
/// Builds a keyspace from its versions in the order that <see cref="Walk"/> gives them: by key, of each key the newest first.
/// Trees are filled from the left, so that their nodes are full. All sums are computed anew. Not thread-safe.
/// </summary>
internal sealed class KeyspaceLoader
{
    private readonly TreeBuilder<VersionByKey, Key> _current = default(PersistentTree<VersionByKey, Key>).ToBuilder();
    private readonly TreeBuilder<VersionInHistory, KeyAtRevision> _history =
        default(PersistentTree<VersionInHistory, KeyAtRevision>).ToBuilder();

    private readonly TreeBuilder<VersionByLease, LeasedKey> _leasedKeys =
        default(PersistentTree<VersionByLease, LeasedKey>).ToBuilder();

    private readonly TreeBuilder<LeaseById, LeaseId> _leases = default(PersistentTree<LeaseById, LeaseId>).ToBuilder();
    private readonly List<KeyValue> _changes = [];
    private readonly ChangeNumber _firstChange;
    private KeyValue? _last;
    private long _sizeBytes;
    private ulong _digest;

    /// <param name="firstChange">The oldest change that was not trimmed.</param>
    public KeyspaceLoader(ChangeNumber firstChange) => _firstChange = firstChange;

    /// <summary>All versions of a state, by key, of each key the newest first.</summary>
    public static IEnumerable<KeyValue> Walk(KeyspaceState state)
    {
        var history = state.History.AtFirst();
        for (var current = state.Current.AtFirst(); current.IsOnItem; current.MoveNext())
        {
            var version = current.Item.Version;
            for (; history.IsOnItem && history.Item.Version.Key < version.Key; history.MoveNext())
            {
                yield return history.Item.Version;
            }

            yield return version;
        }

        for (; history.IsOnItem; history.MoveNext())
        {
            yield return history.Item.Version;
        }
    }

    /// <summary>Takes in the next version; the newest of a key exists unless it is a tombstone.</summary>
    /// <exception cref="InvalidDataException">It is out of order.</exception>
    public void Add(KeyValue version)
    {
        var order = _last is null ? -1 : _last.Key.CompareTo(version.Key);
        if (order > 0 || (order == 0 && _last!.ModRevision.Value <= version.ModRevision.Value))
        {
            throw new InvalidDataException($"the version of {version.Key} at {version.ModRevision} is out of order");
        }

        if (order < 0 && !version.IsTombstone)
        {
            _current.Append(new VersionByKey(version));
            if (!version.Lease.IsNone)
            {
                _leasedKeys.Seek(new LeasedKey(version.Lease, version.Key));
                _leasedKeys.Insert(new VersionByLease(version));
            }
        }
        else
        {
            _history.Append(new VersionInHistory(version));
        }

        if (version.ModRevision.Value > _firstChange.Revision ||
            (version.ModRevision.Value == _firstChange.Revision && version.SubRevision >= _firstChange.SubRevision))
        {
            _changes.Add(version);
        }

        _sizeBytes += version.SizeBytes;
        _digest += EntityHash.Of(version);
        _last = version;
    }

    /// <summary>Takes in a lease.</summary>
    /// <exception cref="InvalidDataException">It was there already.</exception>
    public void Add(LeaseRecord lease)
    {
        if (_leases.Seek(lease.Id))
        {
            throw new InvalidDataException($"the lease {lease.Id} is there twice");
        }

        _leases.Insert(new LeaseById(lease));
        _digest += EntityHash.Of(lease);
    }

    public KeyspaceState ToState(Revision revision, Revision compacted)
    {
        var changes = default(PersistentTree<VersionByChange, ChangeNumber>).ToBuilder();
        foreach (var version in SortedChanges())
        {
            changes.Append(new VersionByChange(version));
        }

        return new KeyspaceState
        {
            Current = _current.ToPersistent(),
            History = _history.ToPersistent(),
            Changes = changes.ToPersistent(),
            LeasedKeys = _leasedKeys.ToPersistent(),
            Leases = _leases.ToPersistent(),
            Revision = revision,
            CompactedRevision = compacted,
            SizeBytes = _sizeBytes,
            EntityDigest = _digest,
        };
    }

    /// <summary>Sorts by revision on plain numbers, which is much faster than by comparison, then the few of one revision.</summary>
    private KeyValue[] SortedChanges()
    {
        var versions = _changes.ToArray();
        var revisions = new long[versions.Length];
        for (var i = 0; i < versions.Length; i++)
        {
            revisions[i] = versions[i].ModRevision.Value;
        }

        Array.Sort(revisions, versions);
        for (var start = 0; start < versions.Length;)
        {
            var end = start + 1;
            while (end < versions.Length && revisions[end] == revisions[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                versions.AsSpan(start, end - start).Sort((left, right) => left.SubRevision.CompareTo(right.SubRevision));
            }

            start = end;
        }

        return versions;
    }
}
