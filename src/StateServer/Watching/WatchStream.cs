namespace StateServer.Watching;

/// <summary>One client's stream of watches. The hub's lock guards all but the queue, which is thread-safe.</summary>
/// <param name="requiresLeader">Whether it is ended where this member is without a leader for long.</param>
/// <param name="queue">What waits to be sent.</param>
internal sealed class WatchStream(bool requiresLeader, SendQueue queue)
{
    private readonly Dictionary<long, Watcher> _watchers = [];
    private long _nextId;

    /// <summary>Whether it is ended where this member is without a leader for long.</summary>
    public bool RequiresLeader { get; } = requiresLeader;

    /// <summary>What waits to be sent.</summary>
    public SendQueue Queue { get; } = queue;

    /// <summary>The watches, by id; those that ended by compaction stay until their client cancels them, as in etcd.</summary>
    public IReadOnlyCollection<Watcher> Watchers => _watchers.Values;

    /// <summary>Watches that are not synced.</summary>
    public int Lagging { get; set; }

    /// <summary>Those of them that wait for room in the queue.</summary>
    public List<Watcher> Parked { get; private set; } = [];

    /// <summary>Progress was asked for, to be answered when everything up to this revision was handed out; 0 for no.</summary>
    public long ProgressFrom { get; set; }

    /// <summary>The same of the last of the requests that came meanwhile; 0 for none.</summary>
    public long ProgressAgain { get; set; }

    /// <summary>Tells when progress is due; null while no watch wants to know.</summary>
    public ITimer? ProgressTimer { get; set; }

    /// <summary>The watch of an id, or null.</summary>
    public Watcher? Find(long id) => _watchers.GetValueOrDefault(id);

    /// <summary>The next id that the client has not taken, as etcd counts: from 0, and none again.</summary>
    public long MintId()
    {
        while (_watchers.ContainsKey(_nextId))
        {
            _nextId++;
        }

        return _nextId++;
    }

    /// <summary>Adds a watch whose id is free.</summary>
    public void Add(Watcher watcher) => _watchers.Add(watcher.Id, watcher);

    /// <summary>Forgets a watch.</summary>
    public void Remove(Watcher watcher) => _watchers.Remove(watcher.Id);

    /// <summary>Forgets all watches.</summary>
    public void Clear() => _watchers.Clear();

    /// <summary>Takes out those that waited for room.</summary>
    public List<Watcher> Unpark()
    {
        var parked = Parked;
        Parked = [];
        return parked;
    }
}
