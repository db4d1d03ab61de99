using System.Diagnostics.Metrics;
using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Domain.Apply;

namespace StateServer.Watching;

/// <summary>
/// Every watch of this member. What the member applies goes through an inbox to <see cref="Step"/>, which one loop calls: it
/// hands events to synced watchers as they come, and catches up those that are behind from history. A watcher whose client
/// reads too slowly becomes one of these, at the revision it got to, and costs no more memory than it did. Thread-safe.
/// </summary>
/// <remarks>
/// One lock guards watchers, groups and streams; it is held for one applied entry or one step of history at a time, and never
/// by the applying thread. The order of a stream's queue is the order of what its client is told, so that progress can't
/// overtake events: it is queued under the lock, at the revision that was handed out by then.
/// </remarks>
internal sealed partial class WatchHub : IDisposable
{
    private readonly IReplica _replica;
    private readonly WatchOptions _options;
    private readonly TimeProvider _time;
    private readonly AppliedInbox _inbox;
    private readonly Lock _gate = new();
    private readonly HashSet<WatchStream> _streams = [];
    private readonly HashSet<WatchStream> _progressAsked = [];
    private readonly Delivery _delivery;
    private readonly CatchUp _catchUp;
    private WakeBatch _waking = new();
    private WatchGroup _synced = new();
    private ReplicatedState _state = ReplicatedState.Empty;
    private long _revision;
    private int _watchers;
    private int _lagging;
    private WatchEnding? _closed;
    private readonly Meter _meter = new(WatchMeter.Name);

    /// <summary>Follows the replica; nothing is handed out before <see cref="Step"/> is called.</summary>
    public WatchHub(IReplica replica, WatchOptions options, TimeProvider time)
    {
        (_replica, _options, _time) = (replica, options, time);
        _inbox = new AppliedInbox(options);
        Backlog = new Backlog(options.MaxBacklogBytes);
        _delivery = new Delivery(options.MaxResponseBytes, Send, FallBehind);
        _catchUp = new CatchUp(options, Send, Arrive, EndCompacted);
        WatchMeter.AddGauges(_meter, () => Counts, Backlog);
        replica.Applied += Take;
    }

    /// <summary>Set when <see cref="Step"/> should be called.</summary>
    public Pulse Work { get; } = new();

    /// <summary>What waits to be sent to all clients.</summary>
    public Backlog Backlog { get; }

    /// <summary>The number of watches, of those that are behind, of streams, and of changes that wait to be handed out.</summary>
    public WatchCounts Counts => new(
        Volatile.Read(ref _watchers), Volatile.Read(ref _lagging), _streams.Count, _inbox.Events, _inbox.Overflows);

    /// <summary>Opens a stream; it ends by <see cref="Close"/> in any case.</summary>
    /// <param name="requiresLeader">Whether it is ended where this member is without a leader for long.</param>
    /// <exception cref="ReadRefusedException">This member must not serve.</exception>
    public WatchStream Open(bool requiresLeader)
    {
        _replica.ReadSerializable();
        var stream = new WatchStream(requiresLeader, new SendQueue(_options, Backlog));
        lock (_gate)
        {
            _streams.Add(stream);
            if (_closed is not null)
            {
                stream.Queue.End(_closed);
            }
        }

        return stream;
    }

    /// <summary>Ends a stream and its watches.</summary>
    public void Close(WatchStream stream)
    {
        stream.Queue.End(new WatchEnding(WatchEndReason.ClientGone));
        stream.Queue.Leave();
        lock (_gate)
        {
            stream.ProgressTimer?.Dispose();
            _streams.Remove(stream);
            _progressAsked.Remove(stream);
            foreach (var watcher in stream.Watchers)
            {
                Drop(watcher);
            }

            Forget(stream.Watchers.Count);
            stream.Clear();
        }
    }

    /// <summary>Makes a watch, or says in the stream why not.</summary>
    public void Create(WatchStream stream, WatchSpec spec)
    {
        lock (_gate)
        {
            if (stream.Queue.Ending is not null)
            {
                return;
            }

            var now = _replica.State.Keyspace.Revision.Value;
            if (WhyNot(stream, spec) is { } reason)
            {
                stream.Queue.Add(new WatchMessage(WatchMessageKind.Refused, WatchMessage.NoId, now, reason));
                return;
            }

            if (_watchers == 0)
            {
                now = Begin();
            }

            Add(stream, spec, now);
        }
    }

    /// <summary>Cancels a watch; of one that isn't there nothing is said, as in etcd.</summary>
    public void Cancel(WatchStream stream, long id)
    {
        lock (_gate)
        {
            if (stream.Find(id) is not { } watcher)
            {
                return;
            }

            Drop(watcher);
            stream.Remove(watcher);
            Forget(1);
            stream.Queue.Add(new WatchMessage(WatchMessageKind.Cancelled, id, _replica.State.Keyspace.Revision.Value));
            Answer(stream);
        }
    }

    /// <summary>The stream's queue has room again.</summary>
    public void RoomAgain(WatchStream stream)
    {
        lock (_gate)
        {
            _catchUp.AddAll(stream.Unpark());
        }

        Work.Set();
    }

    /// <summary>Hands out one applied entry, or one step of history; and makes one step of catching up.</summary>
    /// <returns>True where there is more to do.</returns>
    public bool Step()
    {
        try
        {
            lock (_gate)
            {
                var more = Advance();
                if (_catchUp.HasWork)
                {
                    _catchUp.Step(_state.Keyspace, _revision);
                }

                _progressAsked.RemoveWhere(Answer);
                return more || _catchUp.HasWork;
            }
        }
        finally
        {
            // Behind the lock, which senders ask for; and also where it failed, since whoever is in there is woken by nothing else.
            _waking.Run();
        }
    }

    /// <summary>Ends the streams that a condition holds for.</summary>
    public void EndAll(WatchEnding ending, Func<WatchStream, bool>? which = null)
    {
        lock (_gate)
        {
            foreach (var stream in _streams)
            {
                if (which?.Invoke(stream) ?? true)
                {
                    stream.Queue.End(ending);
                }
            }
        }
    }

    /// <summary>Ends all streams, and those that are opened from now on.</summary>
    public void Stop(WatchEnding ending)
    {
        lock (_gate)
        {
            _closed = ending;
        }

        EndAll(ending);
    }

    /// <summary>Starts anew after handing out failed: nobody can tell who got what, so that all streams end and their clients resume.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            foreach (var stream in _streams)
            {
                stream.Queue.End(new WatchEnding(WatchEndReason.Failed));
                stream.Lagging = 0;
                stream.Unpark();
                stream.Clear();
            }

            _synced = new WatchGroup();
            _catchUp.Clear();
            _delivery.Reset();
            _progressAsked.Clear();
            (_watchers, _lagging) = (0, 0);
            Rest();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _replica.Applied -= Take;
        _meter.Dispose();
        Work.Dispose();
    }

    private string? WhyNot(WatchStream stream, WatchSpec spec)
    {
        if (spec.StartRevision < 0)
        {
            return WatchRefusals.Compacted;
        }

        var range = spec.Range;
        if (!range.IsSingle && !range.IsOpenEnded && range.Start >= range.End)
        {
            return WatchRefusals.EmptyRange;
        }

        if (spec.Id != 0 && stream.Find(spec.Id) is not null)
        {
            return WatchRefusals.DuplicateId;
        }

        return _watchers >= _options.MaxWatches ? WatchRefusals.TooMany(_options.MaxWatches) : null;
    }

    /// <summary>The first watch: from here on entries are kept, and whatever they bring up to the revision now is known.</summary>
    private long Begin()
    {
        _inbox.Open();
        _state = _replica.State;
        _revision = _state.Keyspace.Revision.Value;
        return _revision;
    }

    private void Add(WatchStream stream, WatchSpec spec, long now)
    {
        var watcher = new Watcher(stream, spec.Id != 0 ? spec.Id : stream.MintId(), spec)
        {
            NextRevision = spec.StartRevision == 0 ? now + 1 : spec.StartRevision,
        };
        stream.Add(watcher);
        _watchers++;
        stream.Queue.Add(new WatchMessage(WatchMessageKind.Created, watcher.Id, now));
        if (watcher.NextRevision > _revision)
        {
            _synced.Add(watcher, spec.Range);
        }
        else
        {
            Lag(watcher, 1);
            _catchUp.Add(watcher, spec.Range);
            Work.Set();
        }

        if (spec.WantsProgress)
        {
            stream.ProgressTimer ??= StartProgress(stream);
        }
    }

    /// <summary>Takes a watcher out of wherever it is.</summary>
    private void Drop(Watcher watcher)
    {
        switch (watcher.State)
        {
            case WatcherState.Gone:
                return;
            case WatcherState.Synced:
                _synced.Remove(watcher);
                break;
            default:
                Lag(watcher, -1);
                break;
        }

        watcher.State = WatcherState.Gone;
    }

    /// <summary>So many watches are no longer known to any stream.</summary>
    private void Forget(int count)
    {
        _watchers -= count;
        if (_watchers == 0)
        {
            Rest();
        }
    }

    /// <summary>Nobody watches: nothing is kept, and no old version of the state held on to, which can be as large as the state itself.</summary>
    private void Rest()
    {
        _inbox.Close();
        _state = ReplicatedState.Empty;
    }

    /// <summary>Called by the applying thread: returns at once.</summary>
    private void Take(Consensus.Replica.AppliedEntry entry)
    {
        if (_inbox.Add(entry))
        {
            Work.Set();
        }
    }

    private void Lag(Watcher watcher, int change)
    {
        watcher.Stream.Lagging += change;
        _lagging += change;
    }
}
