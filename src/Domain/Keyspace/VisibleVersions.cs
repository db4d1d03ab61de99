using StateServer.Domain.Keyspace.Versions;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace;

/// <summary>
/// Walks the keys of a range in order, each in the version that was visible at a revision: the keys that exist now and the
/// history, merged.
/// </summary>
internal struct VisibleVersions
{
    /// <summary>So many versions of one key are stepped over before a descent from the root is cheaper.</summary>
    private const int MostSteps = 8;

    private readonly KeyRange _range;
    private readonly long _revision;
    private readonly bool _withHistory;
    private TreeCursor<VersionByKey, Key> _current;
    private TreeCursor<VersionInHistory, KeyAtRevision> _history;

    /// <param name="view">Where to read.</param>
    /// <param name="range">Which keys; more than a single one.</param>
    /// <param name="revision">As of when; it must be readable.</param>
    public VisibleVersions(KeyspaceView view, KeyRange range, long revision)
    {
        _range = range;
        _revision = revision;
        _withHistory = revision < view.Revision;
        _current = view.Current.At(range.Start);
        if (_withHistory)
        {
            _history = view.History.At(new KeyAtRevision(range.Start, long.MaxValue));
        }
    }

    /// <summary>The next visible version, or null at the end of the range.</summary>
    public KeyValue? Next() => _withHistory ? NextMerged() : NextCurrent();

    private KeyValue? NextCurrent()
    {
        var version = InRange(_current.IsOnItem ? _current.Item.Version : null);
        if (version is not null)
        {
            _current.MoveNext();
        }

        return version;
    }

    private KeyValue? NextMerged()
    {
        while (true)
        {
            var current = InRange(_current.IsOnItem ? _current.Item.Version : null);
            var old = InRange(_history.IsOnItem ? _history.Item.Version : null);
            if (current is null && old is null)
            {
                return null;
            }

            var order = current is null ? 1 : old is null ? -1 : current.Key.CompareTo(old.Key);
            if (order <= 0)
            {
                _current.MoveNext();
            }

            var visible = order <= 0 && current!.ModRevision.Value <= _revision ? current : null;
            if (order >= 0)
            {
                visible ??= FindInHistory(old!.Key);
                SkipHistoryOf(old!.Key);
            }

            if (visible is { IsTombstone: false })
            {
                return visible;
            }
        }
    }

    private KeyValue? FindInHistory(Key key)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            if (!_history.IsOnItem || _history.Item.Version.Key != key)
            {
                return null;
            }

            if (_history.Item.Version.ModRevision.Value <= _revision)
            {
                return _history.Item.Version;
            }

            _history.MoveNext();
        }

        _history.Seek(new KeyAtRevision(key, _revision));
        return _history.IsOnItem && _history.Item.Version.Key == key ? _history.Item.Version : null;
    }

    private void SkipHistoryOf(Key key)
    {
        for (var step = 0; step < MostSteps; step++)
        {
            if (!_history.IsOnItem || _history.Item.Version.Key != key)
            {
                return;
            }

            _history.MoveNext();
        }

        _history.Seek(new KeyAtRevision(key, long.MinValue));
    }

    private readonly KeyValue? InRange(KeyValue? version) =>
        version is not null && (_range.IsOpenEnded || version.Key.CompareTo(_range.End) < 0) ? version : null;
}
