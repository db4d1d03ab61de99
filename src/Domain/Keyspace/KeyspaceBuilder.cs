using System.Collections.Immutable;
using StateServer.Domain.Digests;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace.Versions;
using StateServer.Domain.Leases;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace;

/// <summary>
/// The keyspace while a batch is applied to it: one revision a transaction that writes. It knows versions, leases and
/// compaction; what may be written is checked before. Not thread-safe; the state it came from is never changed.
/// </summary>
internal sealed class KeyspaceBuilder
{
    private readonly TreeBuilder<VersionByKey, Key> _current;
    private readonly TreeBuilder<VersionInHistory, KeyAtRevision> _history;
    private readonly TreeBuilder<VersionByChange, ChangeNumber> _changes;
    private readonly TreeBuilder<VersionByLease, LeasedKey> _leasedKeys;
    private readonly TreeBuilder<LeaseById, LeaseId> _leases;
    private readonly ImmutableArray<KeyEvent>.Builder _events;
    private long _revision;
    private long _compacted;
    private long _sizeBytes;
    private ulong _digest;
    private int _changesOfTransaction;
    private bool _hasHistoryToTrim;

    public KeyspaceBuilder(KeyspaceState state, ImmutableArray<KeyEvent>.Builder events)
    {
        _current = state.Current.ToBuilder();
        _history = state.History.ToBuilder();
        _changes = state.Changes.ToBuilder();
        _leasedKeys = state.LeasedKeys.ToBuilder();
        _leases = state.Leases.ToBuilder();
        _events = events;
        _revision = state.Revision.Value;
        _compacted = state.CompactedRevision.Value;
        _sizeBytes = state.SizeBytes;
        _digest = state.EntityDigest;
        _hasHistoryToTrim = state.HasHistoryToTrim;
    }

    /// <summary>The revision as a reader inside the transaction sees it: one more after its first change.</summary>
    public Revision Revision => new(_changesOfTransaction > 0 ? _revision + 1 : _revision);

    public Revision CompactedRevision => new(_compacted);

    /// <summary>What reads inside the transaction look at; valid until the next change.</summary>
    public KeyspaceView View => new(_current.View, _history.View, Revision.Value, _compacted);

    /// <summary>The lease, or null where it does not exist.</summary>
    public LeaseRecord? GetLease(LeaseId lease) => _leases.View.TryGet(lease, out var item) ? item.Lease : null;

    /// <summary>Writes a key's next version.</summary>
    /// <returns>The version before it, or null.</returns>
    public KeyValue? Put(Key key, ReadOnlyMemory<byte> value, LeaseId lease)
    {
        var previous = _current.Seek(key) ? _current.Found.Version : null;
        var revision = new Revision(_revision + 1);
        var version = new KeyValue(
            previous?.Key ?? key,
            value,
            previous?.CreateRevision ?? revision,
            revision,
            (previous?.Version ?? 0) + 1,
            lease)
        {
            SubRevision = _changesOfTransaction,
        };
        if (previous is null)
        {
            _current.Insert(new VersionByKey(version));
        }
        else
        {
            _current.Replace(new VersionByKey(version));
            KeepInHistory(previous);
        }

        ChangeLease(previous, version);
        Record(version, previous);
        return previous;
    }

    /// <summary>Deletes a key that exists.</summary>
    public void Delete(KeyValue existing)
    {
        if (!_current.Seek(existing.Key))
        {
            throw new InvalidOperationException($"the key {existing.Key} to delete does not exist");
        }

        _current.Remove();
        KeepInHistory(existing);
        var tombstone = new KeyValue(existing.Key, default, default, new Revision(_revision + 1), 0, default)
        {
            SubRevision = _changesOfTransaction,
        };
        KeepInHistory(tombstone);
        ChangeLease(existing, null);
        Record(tombstone, existing);
    }

    /// <summary>Ends a transaction: the revision moves on if it changed anything.</summary>
    public void EndTransaction()
    {
        if (_changesOfTransaction > 0)
        {
            _revision++;
            _changesOfTransaction = 0;
        }
    }

    /// <summary>Makes a lease that must not exist yet.</summary>
    public void AddLease(LeaseRecord lease)
    {
        _leases.Seek(lease.Id);
        _leases.Insert(new LeaseById(lease));
        _digest += EntityHash.Of(lease);
    }

    /// <summary>Ends a lease that exists, and deletes its keys, in order.</summary>
    public void RemoveLease(LeaseId lease)
    {
        var keys = new List<KeyValue>();
        for (var cursor = _leasedKeys.View.At(new LeasedKey(lease, default));
             cursor.IsOnItem && cursor.Item.Version.Lease == lease;
             cursor.MoveNext())
        {
            keys.Add(cursor.Item.Version);
        }

        foreach (var key in keys)
        {
            Delete(key);
#if PLANTED_ExpireKeyByKey
            EndTransaction();
#endif
        }

        if (!_leases.Seek(lease))
        {
            throw new InvalidOperationException($"the lease {lease} to remove does not exist");
        }

        _digest -= EntityHash.Of(_leases.Found.Lease);
        _leases.Remove();
    }

    /// <summary>Makes a revision the oldest readable one; <see cref="Trim"/> frees what lies before it.</summary>
    public void Compact(Revision revision)
    {
        _compacted = revision.Value;
        _hasHistoryToTrim = true;
    }

    /// <summary>Takes up to <paramref name="most"/> of the oldest compacted changes, and frees the version that each superseded.</summary>
    /// <remarks>A change at the compacted revision itself stays, so that a watcher may begin there.</remarks>
    /// <param name="most">The bound; what is freed at the compacted revision itself comes on top, and is no more than one transaction wrote.</param>
    /// <param name="isWhole">
    /// Whether the last step frees what the changes at the compacted revision superseded, too (feature level 4); otherwise the next
    /// compaction does.
    /// </param>
    public void Trim(int most, bool isWhole)
    {
        for (var trimmed = 0; trimmed < most && _hasHistoryToTrim; trimmed++)
        {
            _hasHistoryToTrim = TrimOne();
            if (!_hasHistoryToTrim && isWhole)
            {
                FreeSupersededAtCompacted();
            }
        }
    }

    public KeyspaceState ToState() => new()
    {
        Current = _current.ToPersistent(),
        History = _history.ToPersistent(),
        Changes = _changes.ToPersistent(),
        LeasedKeys = _leasedKeys.ToPersistent(),
        Leases = _leases.ToPersistent(),
        Revision = new Revision(_revision),
        CompactedRevision = new Revision(_compacted),
        SizeBytes = _sizeBytes,
        EntityDigest = _digest,
    };

    private KeyValue? FirstChangeToTrim() =>
        _changes.View.AtFirst() is { IsOnItem: true } first && first.Item.Version.ModRevision.Value < _compacted ? first.Item.Version : null;

    /// <summary>Whether more is left. It looks ahead, since what is left is all that the next entry's builder knows of it.</summary>
    private bool TrimOne()
    {
        if (FirstChangeToTrim() is not { } change)
        {
            return false;
        }

        _changes.Seek(ChangeNumber.Of(change));
        _changes.Remove();
        FreeSupersededBy(change);
        if (change.IsTombstone)
        {
            Forget(change);
        }

        return FirstChangeToTrim() is not null;
    }

    /// <summary>All before it is trimmed, so these changes are the first ones.</summary>
    private void FreeSupersededAtCompacted()
    {
        var changes = new List<KeyValue>();
        for (var cursor = _changes.View.AtFirst(); cursor.IsOnItem && cursor.Item.Version.ModRevision.Value == _compacted; cursor.MoveNext())
        {
            changes.Add(cursor.Item.Version);
        }

        foreach (var change in changes)
        {
            FreeSupersededBy(change);
        }
    }

    private void FreeSupersededBy(KeyValue change)
    {
        if (View.NewestInHistory(change.Key, change.ModRevision.Value - 1) is { } superseded)
        {
            Forget(superseded);
        }
    }

    private void KeepInHistory(KeyValue version)
    {
        _history.Seek(new KeyAtRevision(version.Key, version.ModRevision.Value));
        _history.Insert(new VersionInHistory(version));
    }

    private void Forget(KeyValue version)
    {
        if (!_history.Seek(new KeyAtRevision(version.Key, version.ModRevision.Value)))
        {
            throw new InvalidOperationException($"the history lost {version.Key} at {version.ModRevision}");
        }

        _history.Remove();
        _sizeBytes -= version.SizeBytes;
        _digest -= EntityHash.Of(version);
    }

    private void ChangeLease(KeyValue? previous, KeyValue? next)
    {
        var stays = previous is not null && next is not null && previous.Lease == next.Lease;
        if (previous is { Lease.IsNone: false } && _leasedKeys.Seek(new LeasedKey(previous.Lease, previous.Key)))
        {
            if (stays)
            {
                _leasedKeys.Replace(new VersionByLease(next!));
                return;
            }

            _leasedKeys.Remove();
        }

        if (next is { Lease.IsNone: false })
        {
            _leasedKeys.Seek(new LeasedKey(next.Lease, next.Key));
            _leasedKeys.Insert(new VersionByLease(next));
        }
    }

    private void Record(KeyValue version, KeyValue? previous)
    {
        _changes.Append(new VersionByChange(version));
        _changesOfTransaction++;
        _sizeBytes += version.SizeBytes;
        _digest += EntityHash.Of(version);
        _events.Add(new KeyEvent(version.IsTombstone, version, previous));
    }
}
