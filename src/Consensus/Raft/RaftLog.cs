using System.Runtime.InteropServices;
using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// The log, the vote and the commit index of one member, with the rules that the library leaves open: what a follower takes
/// over, when a configuration takes effect, and what a leader may commit. Knows nothing of the library. Thread-safe; no
/// method waits for another member, and only those that say so wait for the disk.
/// </summary>
internal sealed partial class RaftLog
{
    private readonly Lock _lock = new();
    private readonly LogStore _store;
    private readonly VoteStore _votes;
    private readonly NodeId _self;
    private long _commitIndex;
    private long _term;
    private NodeId _votedFor;

    /// <summary>Takes over what is on disk.</summary>
    /// <param name="self">This member.</param>
    /// <param name="store">Its log.</param>
    /// <param name="votes">Its term and vote.</param>
    /// <param name="first">The configuration in the newest snapshot; a new cluster's first one where there is none.</param>
    /// <param name="snapshotIndex">The newest snapshot's index; 0 for none.</param>
    public RaftLog(NodeId self, LogStore store, VoteStore votes, ConfigurationInForce first, long snapshotIndex)
    {
        _self = self;
        _store = store;
        _votes = votes;
        _term = votes.Term;
        _votedFor = votes.VotedFor;
        _commitIndex = Math.Max(snapshotIndex, Math.Min(store.RecoveredCommitIndex, store.LastIndex));
        _configurations = new(first.Index, ClusterConfiguration.Decode(first.Encoded.Span));
        Load();
#if PLANTED_ConfigurationOnApply
        _top = _configurations.At(snapshotIndex).Configuration;
#else
        _top = _configurations.Top;
#endif
    }

    /// <summary>Raised after the commit index rose, or the log was replaced; handlers must return at once and take no lock of ours.</summary>
    public event Action? Advanced;

    /// <summary>
    /// Raised, perhaps under our lock, when the log is found damaged or an invariant of Raft broken: this process must not go on.
    /// </summary>
    public event Action<string>? Failed;

    /// <summary>Raised after the term rose; as <see cref="Advanced"/>.</summary>
    public event Action? TermRaised;

    /// <summary>The current term, which is on disk.</summary>
    public long Term => Volatile.Read(ref _term);

    /// <summary>Whom this member voted for in <see cref="Term"/>; none for nobody.</summary>
    public NodeId VotedFor
    {
        get
        {
            lock (_lock)
            {
                return _votedFor;
            }
        }
    }

    /// <summary>The last index known to be committed.</summary>
    public long CommitIndex => Volatile.Read(ref _commitIndex);

    /// <summary>The first index in the log.</summary>
    public long FirstIndex => _store.FirstIndex;

    /// <summary>The last index in the log, durable or not.</summary>
    public long LastIndex => _store.LastIndex;

    /// <summary>The last index on this member's disk.</summary>
    public long DurableIndex => _store.LastDurableIndex;

    /// <summary>Why appends are refused, or soon will be, for want of disk space; null while all is well.</summary>
    public string? SpaceShortage => _store.SpaceShortage;

    /// <summary>Bytes of the log on disk.</summary>
    public long DiskBytes => _store.DiskBytes;

    /// <summary>How long a sync of the log has been under way; zero where none is.</summary>
    public TimeSpan SyncingFor => _store.SyncingFor;

    /// <summary>The term of an entry; of the last dropped one too.</summary>
    /// <returns>Null where the log does not have it (any more).</returns>
    public long? TermAt(long index)
    {
        lock (_lock)
        {
            if (index == 0)
            {
                return 0;
            }

            if (index == _store.Boundary.Index)
            {
                return _store.Boundary.Term;
            }

            return index < _store.FirstIndex || index > _store.LastIndex ? null : _store.TermAt(index);
        }
    }

    /// <summary>Reads entries in a row, as many as fit.</summary>
    /// <param name="from">The first index; at least <see cref="FirstIndex"/>.</param>
    /// <param name="to">The last index wanted.</param>
    /// <param name="maxBytes">Payload bytes at most, but always one entry where there is one.</param>
    /// <param name="records">They are added here.</param>
    public void Read(long from, long to, int maxBytes, List<LogRecord> records)
    {
        try
        {
            _store.Read(from, to, maxBytes, records);
        }
        catch (LogDamagedException exception)
        {
            Failed?.Invoke(exception.Message);
            throw;
        }
    }

    /// <summary>Raises the term, on disk before it returns; a leader of an older one stops counting.</summary>
    /// <param name="term">The new term.</param>
    /// <param name="votedFor">Whom this member votes for in it; none to leave that open.</param>
    public void SaveTerm(long term, NodeId votedFor)
    {
        bool raised;
        lock (_lock)
        {
            if (term < _term || (term == _term && !_votedFor.IsNone && _votedFor != votedFor))
            {
                throw new InvalidOperationException(
                    $"a term must not fall and a vote must not change: {_term} for {_votedFor}, then {term} for {votedFor}");
            }

            raised = term > _term;
            if (raised)
            {
                CloseGate();
            }

            _votes.Save(term, votedFor);
            Volatile.Write(ref _term, term);
            _votedFor = votedFor;
        }

        if (raised)
        {
            TermRaised?.Invoke();
        }
    }

    /// <summary>
    /// Appends one entry as the leader of <paramref name="term"/>, not durable yet. The first one of a term opens the gate for
    /// it; a configuration is in force when this returns.
    /// </summary>
    /// <exception cref="NotLeadingException">The term has passed, or this member does not lead it; nothing was appended.</exception>
    /// <exception cref="LogSpaceException">No space; nothing was appended.</exception>
    public EntryPosition Append(long term, RecordKind kind, ReadOnlyMemory<byte> payload, bool reserve = false)
    {
        lock (_lock)
        {
#if PLANTED_SkipTermCheck
            term = kind == RecordKind.Command && Leads ? _term : term;
#endif
            if (term != _term || _votedFor != _self || (kind != RecordKind.Barrier && _gate.Term != term))
            {
                throw new NotLeadingException($"term {term} is not led by this member (any more): it is in term {_term}");
            }

            var index = _store.LastIndex + 1;
            var configuration = kind == RecordKind.Configuration ? ClusterConfiguration.Decode(payload.Span) : null;
            _store.Append([new(index, term, kind, payload)], _commitIndex, reserve || kind != RecordKind.Command);
            if (_gate.Term != term)
            {
                _gate.Open(term, index);
            }

            if (configuration is not null)
            {
                Push(index, configuration);
            }

            return new(index, term);
        }
    }

    /// <summary>
    /// Takes over a leader's entries behind a matching one (Raft §5.3): what is there already is skipped, a conflicting suffix
    /// is truncated, and all that is verified is on disk when it returns.
    /// </summary>
    /// <param name="records">In a row; the one before the first matches, as the caller has checked.</param>
    /// <exception cref="LogSpaceException">No space; of what is new, nothing was taken over.</exception>
    public void Accept(List<LogRecord> records)
    {
        lock (_lock)
        {
            var skipped = 0;
#if PLANTED_TruncateOnStaleAppend
            while (skipped < records.Count && records[skipped].Index <= _commitIndex)
#else
            while (skipped < records.Count && records[skipped].Index <= _store.LastIndex && Matches(records[skipped]))
#endif
            {
                skipped++;
            }

            if (skipped < records.Count)
            {
                var first = records[skipped].Index;
                if (first <= _store.LastIndex)
                {
                    Truncate(first);
                }

                TakeOver(CollectionsMarshal.AsSpan(records)[skipped..]);
            }
        }

#if !PLANTED_AcknowledgeBeforeFsync
        Sync();
#endif
    }

    /// <summary>Makes all that was appended durable, and lets the gate count this member's own disk.</summary>
    public void Sync()
    {
        if (_store.LastDurableIndex < _store.LastIndex)
        {
            _store.Sync();
        }

        bool advanced;
        lock (_lock)
        {
            advanced = _gate.IsOpen && _gate.Acknowledge(_self, _gate.Term, Math.Min(_store.LastDurableIndex, _store.LastIndex)) && Advance();
        }

        if (advanced)
        {
            Advanced?.Invoke();
        }
    }

    /// <summary>A leader says that all up to <paramref name="index"/>, which this follower has verified, is committed.</summary>
    /// <returns>How many entries that adds.</returns>
    public long CommitVerified(long index)
    {
        long added;
        lock (_lock)
        {
            added = Math.Min(index, _store.LastIndex) - _commitIndex;
            if (added > 0)
            {
                Volatile.Write(ref _commitIndex, _commitIndex + added);
            }
        }

        if (added > 0)
        {
            Advanced?.Invoke();
        }

        return Math.Max(added, 0);
    }

    /// <summary>Forgets the entries that a durable snapshot holds, but for a tail (trap 15).</summary>
    /// <param name="snapshotIndex">The snapshot's index.</param>
    /// <param name="tailEntries">The most entries to keep behind it.</param>
    /// <param name="tailBytes">And about the most bytes.</param>
    public void DropBehindSnapshot(long snapshotIndex, long tailEntries, long tailBytes)
    {
        lock (_lock)
        {
            if (snapshotIndex <= _commitIndex)
            {
                _store.DropBehindSnapshot(snapshotIndex, tailEntries, tailBytes);
                _configurations.Settle(Math.Min(snapshotIndex, _store.Boundary.Index));
            }
        }
    }

    /// <summary>A snapshot from the leader replaces the log.</summary>
    public void Reset(EntryPosition boundary, ConfigurationInForce configuration)
    {
        lock (_lock)
        {
            if (boundary.Index <= _commitIndex)
            {
                throw new InvalidOperationException($"a snapshot at {boundary.Index} must not replace what is committed up to {_commitIndex}");
            }

            _store.Reset(boundary);
            _configurations.Reset(configuration.Index, ClusterConfiguration.Decode(configuration.Encoded.Span));
            Volatile.Write(ref _top, _configurations.Top);
            Volatile.Write(ref _commitIndex, boundary.Index);
        }
    }

    private bool Matches(in LogRecord record)
        => record.Index <= _store.Boundary.Index || _store.TermAt(record.Index) == record.Term;

    private void TakeOver(ReadOnlySpan<LogRecord> records)
    {
        var configurations = new List<(long Index, ClusterConfiguration Configuration)>();
        foreach (ref readonly var record in records)
        {
            if (record.Kind == RecordKind.Configuration)
            {
                configurations.Add((record.Index, ClusterConfiguration.Decode(record.Payload.Span)));
            }
        }

        // A follower takes what its leader had the space for; the reserve is there for that.
        _store.Append(records, _commitIndex, reserve: true);
        foreach (var (index, configuration) in configurations)
        {
            Push(index, configuration);
        }
    }

    private void Truncate(long from)
    {
        if (from <= _commitIndex)
        {
            var message = $"entry {from} conflicts with the leader's, but all up to {_commitIndex} is committed";
            Failed?.Invoke(message);
            throw new InvalidOperationException(message);
        }

        _store.TruncateSuffix(from);
        if (_configurations.TruncateFrom(from))
        {
            PutInForce();
        }
    }
}
