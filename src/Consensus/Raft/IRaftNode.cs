using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// The Raft core of one member: elections, the durable log, the commit gate. Payloads are opaque here. Thread-safe.
/// </summary>
internal interface IRaftNode : IAsyncDisposable
{
    /// <summary>What it knows now; a consistent, immutable picture that is swapped at each change.</summary>
    RaftStatus Status { get; }

    /// <summary>
    /// A token that is cancelled when the leadership of <see cref="RaftStatus.Term"/> ends; already cancelled on a follower.
    /// On the leader it is handed out only after its first entry of the term was committed and applied.
    /// </summary>
    CancellationToken LeadershipToken { get; }

    /// <summary>Raised after each change of leader, term or role as this member sees it. Handlers must return at once.</summary>
    event Action<RaftStatus>? Changed;

    /// <summary>
    /// Appends one entry in the current term and starts a replication round. Returns when it is in this leader's log (and, as
    /// the implementation chooses, on its disk); commit is seen through <see cref="IEntryApplier"/>.
    /// </summary>
    /// <exception cref="NotLeadingException">Not the leader, or no longer in the term it was; nothing was appended.</exception>
    /// <exception cref="LogSpaceException">The disk is full; nothing was appended.</exception>
    ValueTask<EntryPosition> AppendAsync(ReadOnlyMemory<byte> payload, CancellationToken cancellationToken);

    /// <summary>
    /// Confirms by a quorum round begun after this call that this member still leads, and returns the index that a linearizable
    /// read must wait for. Every call is a round: sharing is the caller's.
    /// </summary>
    /// <exception cref="NotLeadingException">Not the leader, or no quorum answered.</exception>
    ValueTask<long> ConfirmLeadershipAsync(CancellationToken cancellationToken);

    /// <summary>Hands leadership over to a caught-up voter; a none target means the most caught-up one.</summary>
    ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken);

    /// <summary>Tells the log that a snapshot at <paramref name="index"/> is durable: it may drop what lies more than its tail behind.</summary>
    ValueTask SnapshotWrittenAsync(long index, CancellationToken cancellationToken);

    /// <summary>Opens the log, recovers, waits for a new cluster's initial members where it is one, and starts following.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops; a leader hands over first, within the token's time.</summary>
    Task StopAsync(CancellationToken cancellationToken);
}

/// <summary>An entry's place in the log; it is the same entry only while the term is the same.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Term">The term it was appended in.</param>
internal readonly record struct EntryPosition(long Index, long Term);

/// <summary>The Raft core's immutable picture of itself.</summary>
internal sealed record RaftStatus
{
    public long Term { get; init; }
    public NodeId Leader { get; init; }
    public bool IsLeader { get; init; }
    public bool IsVoter { get; init; }
    public long FirstIndex { get; init; }
    public long LastIndex { get; init; }
    public long CommitIndex { get; init; }
    public long DiskBytes { get; init; }
    public ImmutableArray<NodeId> Voters { get; init; } = [];

    /// <summary>On the leader: the index each other voter has durably acknowledged, and when it last answered (monotonic timestamp).</summary>
    public ImmutableDictionary<NodeId, PeerProgress> Progress { get; init; } = ImmutableDictionary<NodeId, PeerProgress>.Empty;

    /// <summary>Null while all is well, otherwise why this member does not vote or can't write.</summary>
    public string? Fault { get; init; }
}

/// <summary>What the leader knows of one follower.</summary>
internal readonly record struct PeerProgress(long MatchIndex, long LastContactTimestamp);

/// <summary>The consumer of committed entries, called by the Raft core in log order, one call at a time.</summary>
internal interface IEntryApplier
{
    /// <summary>The last index applied; replay starts behind it.</summary>
    long AppliedIndex { get; }

    /// <summary>Applies committed entries, in order. The memory is valid only during the call. Must not throw: a throw ends the process.</summary>
    void Apply(IReadOnlyList<CommittedEntry> entries);

    /// <summary>Replaces the whole state by a verified snapshot (at start, or installed by the leader).</summary>
    void Restore(long index, long term, Stream content);
}

/// <summary>One committed entry. Empty payloads (barriers, configurations) are handed over too, so that the index moves.</summary>
internal readonly record struct CommittedEntry(long Index, long Term, ReadOnlyMemory<byte> Payload);
