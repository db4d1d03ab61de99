using DotNext.IO.Log;
using DotNext.Net.Cluster;
using DotNext.Net.Cluster.Consensus.Raft;
using DotNext.Net.Cluster.Consensus.Raft.StateMachine;
using StateServer.Consensus.Log;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Our log behind the library's door: the library's interface for persistent state can't be implemented outside its assembly,
/// but a class that derives from its log may implement every member anew, and the calls reach it. The base stays idle on an
/// empty folder of its own. Thread-safe.
/// </summary>
internal sealed class DurableLog : WriteAheadLog, IPersistentState, IAuditTrail<IRaftLogEntry>, IAuditTrail
{
    /// <summary>The candidate whose vote is being decided in this flow of control; see <see cref="VotingFor"/>.</summary>
    private static readonly AsyncLocal<NodeId> Candidate = new();

    /// <summary>One more than what the leader's append that this flow of control handles has verified; 0 outside of one.</summary>
    private static readonly AsyncLocal<long> VerifiedEnd = new();

    private readonly RaftLog _log;
    private readonly SnapshotStore _snapshots;
    private readonly ApplyLoop _applies;
    private readonly Func<IncomingSnapshot, ValueTask> _install;
    private readonly Action _appended;
    private readonly NodeId _self;
    private readonly int _maxAppendBytes;

    /// <summary>Opens the door.</summary>
    /// <param name="idleFolder">An empty folder for the library's own log, which stays idle.</param>
    /// <param name="self">This member.</param>
    /// <param name="log">Our log.</param>
    /// <param name="snapshots">Our snapshots.</param>
    /// <param name="applies">Who applies what is committed.</param>
    /// <param name="install">Puts a verified snapshot from the leader in the place of the log and the state.</param>
    /// <param name="appended">Told after each append as a leader, which is not durable yet.</param>
    /// <param name="maxAppendBytes">The payload bytes that one append message carries at most; one entry always travels.</param>
    public DurableLog(
        string idleFolder,
        NodeId self,
        RaftLog log,
        SnapshotStore snapshots,
        ApplyLoop applies,
        Func<IncomingSnapshot, ValueTask> install,
        Action appended,
        int maxAppendBytes)
        : base(
            new Options { Location = idleFolder, MemoryManagement = MemoryManagementStrategy.PrivateMemory },
            IStateMachine.CreateNoOp())
    {
        _self = self;
        _log = log;
        _snapshots = snapshots;
        _applies = applies;
        _install = install;
        _appended = appended;
        _maxAppendBytes = maxAppendBytes;
    }

    long IPersistentState.Term => _log.Term;

    int IPersistentState.Version => 0;

    long IAuditTrail.LastCommittedEntryIndex => _log.CommitIndex;

    long IAuditTrail.LastEntryIndex => _log.LastIndex;

    bool IAuditTrail.IsLogEntryLengthAlwaysPresented => true;

    /// <summary>
    /// Names the real candidate to the vote that this flow of control is about to ask the library for: the library refuses
    /// candidates that its member list doesn't have, so it is handed our own id instead.
    /// </summary>
    public static void VotingFor(NodeId candidate) => Candidate.Value = candidate;

    /// <summary>
    /// Says that this flow of control handles a leader's append, and how far it verifies this log. Everywhere else the library's
    /// commit index is its own count, which is never believed: a leader that has just lost its term may still be told to commit it.
    /// </summary>
    public static void Verifying(long throughIndex) => VerifiedEnd.Value = throughIndex + 1;

    /// <summary>Prepares a start: a single voter restarts as the leader at once, and so needs a new term (Raft §5.2).</summary>
    Task IAuditTrail.InitializeAsync(CancellationToken token)
    {
        var voters = _log.Configuration.Voters;
        if (voters.Length == 1 && voters[0] == _self)
        {
            var term = _log.Term + 1;
            _log.SaveTerm(term, _self);
            _log.Append(term, RecordKind.Barrier, default);
            _log.Sync();
        }

        return Task.CompletedTask;
    }

    bool IPersistentState.IsVotedFor(in ClusterMemberId id)
    {
        var votedFor = _log.VotedFor;
        return votedFor.IsNone || votedFor == RealCandidate(id);
    }

    ValueTask<long> IPersistentState.IncrementTermAsync(ClusterMemberId member, CancellationToken token)
    {
        var term = _log.Term + 1;
        _log.SaveTerm(term, MemberIds.Of(member));
        return new(term);
    }

    ValueTask IPersistentState.UpdateTermAsync(long term, bool resetLastVote, CancellationToken token)
    {
        if (term > _log.Term)
        {
            _log.SaveTerm(term, default);
        }

        return default;
    }

    ValueTask IPersistentState.UpdateVotedForAsync(ClusterMemberId member, CancellationToken token)
    {
        _log.SaveTerm(_log.Term, RealCandidate(member));
        return default;
    }

    /// <summary>A follower's append: verified, taken over, and on disk before it returns.</summary>
    async ValueTask IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(
        ILogEntryProducer<TEntry> entries, long startIndex, bool skipCommitted, CancellationToken token)
    {
        var records = new List<LogRecord>((int)entries.RemainingCount);
        while (await entries.MoveNextAsync().ConfigureAwait(false))
        {
            records.Add(RecordOf(entries.Current, startIndex + records.Count));
        }

        _log.Accept(records);
#if PLANTED_AcknowledgeBeforeFsync
        _appended();
#endif
    }

    /// <summary>A snapshot from the leader, already staged and verified.</summary>
    ValueTask IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(TEntry entry, long startIndex, CancellationToken token)
        => entry is IncomingSnapshot snapshot
            ? _install(snapshot)
            : throw new NotSupportedException("single entries are appended at the end only");

    /// <summary>A leader's append: of a new term's empty entry, and of nothing else.</summary>
    ValueTask<long> IAuditTrail<IRaftLogEntry>.AppendAsync<TEntry>(TEntry entry, CancellationToken token)
    {
        var record = RecordOf(entry, 0);
        var index = _log.Append(record.Term, record.Kind, record.Payload).Index;
        _appended();
        return new(index);
    }

    /// <summary>
    /// A follower commits what it verified. A leader commits nothing here, whatever the library counted (trap 3): the gate does,
    /// when an acknowledgement or its own disk moves it.
    /// </summary>
    ValueTask<long> IAuditTrail.CommitAsync(long endIndex, CancellationToken token)
#if PLANTED_CommitByMedian
        => new(_log.CommitVerified(VerifiedEnd.Value is > 0 and var end ? Math.Min(endIndex, end - 1) : endIndex));
#else
        => new(VerifiedEnd.Value is > 0 and var end ? _log.CommitVerified(Math.Min(endIndex, end - 1)) : 0);
#endif

    ValueTask IAuditTrail.WaitForApplyAsync(long index, CancellationToken token) => _applies.WaitAsync(index, token);

    ValueTask IAuditTrail.WaitForApplyAsync(CancellationToken token) => _applies.WaitAsync(_applies.AppliedIndex + 1, token);

    ValueTask<TResult> IAuditTrail<IRaftLogEntry>.ReadAsync<TResult>(
        ILogEntryConsumer<IRaftLogEntry, TResult> reader, long startIndex, long endIndex, CancellationToken token)
        => ReadOwnAsync(reader, startIndex, token);

    ValueTask<TResult> IAuditTrail.ReadAsync<TResult>(
        ILogEntryConsumer<ILogEntry, TResult> reader, long startIndex, long endIndex, CancellationToken token)
        => ReadOwnAsync(reader, startIndex, token);

    private static NodeId RealCandidate(in ClusterMemberId id)
        => Candidate.Value is { IsNone: false } candidate ? candidate : MemberIds.Of(id);

    private static LogRecord RecordOf<TEntry>(TEntry entry, long index)
        where TEntry : IRaftLogEntry
    {
        if (entry is ReplicatedEntry replicated)
        {
            return replicated.Record with { Index = index };
        }

        return entry is EmptyLogEntry
            ? new(index, entry.Term, RecordKind.Barrier, default)
            : throw new NotSupportedException($"an entry of type {typeof(TEntry)} can't be replicated");
    }

    /// <summary>
    /// Terms are asked for with <c>LogEntryMetadataOnly</c>, always one at a time. Everything else is replication, which gets all
    /// that is behind the follower, whatever the round's end, bounded by bytes; or the newest snapshot.
    /// </summary>
    private ValueTask<TResult> ReadOwnAsync<TResult>(
        ILogEntryConsumer<IRaftLogEntry, TResult> reader, long startIndex, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        if (reader.LogEntryMetadataOnly)
        {
            var term = _log.TermAt(startIndex) ?? _snapshots.Newest?.Term ?? 0;
            var entry = new ReplicatedEntry(new(startIndex, term, RecordKind.Barrier, default));
            return reader.ReadAsync<ReplicatedEntry, EntryBatch>(new([entry], more: false), null, token);
        }

        if ((startIndex >= _log.FirstIndex || _snapshots.Newest is null) && Batch(startIndex) is { } batch)
        {
            return reader.ReadAsync<ReplicatedEntry, EntryBatch>(batch, null, token);
        }

        var newest = _snapshots.Newest!;
        return reader.ReadAsync<SnapshotEntry, SnapshotEntry>(new(newest.Term), newest.Index, token);
    }

    /// <returns>Null where the first entry was dropped behind a snapshot just now; fewer ones where later ones were.</returns>
    private EntryBatch? Batch(long startIndex)
    {
        var last = _log.LastIndex;
        if (startIndex > last)
        {
            return EntryBatch.Empty;
        }

        var records = new List<LogRecord>();
        try
        {
            _log.Read(startIndex, last, _maxAppendBytes, records);
        }
        catch (ArgumentOutOfRangeException) when (startIndex < _log.FirstIndex && _snapshots.Newest is not null)
        {
            // What was read before is good; where there is none, the snapshot stands for it.
            if (records.Count == 0)
            {
                return null;
            }
        }

        return new([.. records.Select(record => new ReplicatedEntry(record))], startIndex + records.Count <= last);
    }
}
