using StateServer.Consensus.Membership;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// The Raft core of one member: elections, the durable log, the commit gate. Payloads are opaque here. Thread-safe.
/// </summary>
internal interface IRaftNode : IAsyncDisposable
{
    /// <summary>What it knows now; a consistent, immutable picture that is built at each call.</summary>
    RaftStatus Status { get; }

    /// <summary>The part of <see cref="Status"/> that each request asks for.</summary>
    MemberPosition Position => PositionIn(Status);

    /// <summary>Why this member takes no part: it is starting, or its folder is damaged or refused. Null while it does; cheaper than <see cref="Status"/>.</summary>
    string? Fault => Status.Fault;

    /// <summary>
    /// A token that is cancelled when the leadership of <see cref="RaftStatus.Term"/> ends; already cancelled on a follower.
    /// On the leader it is handed out only after its first entry of the term was committed and applied.
    /// </summary>
    CancellationToken LeadershipToken { get; }

    /// <summary>
    /// True on a leader while it waits for its heir to be elected: appends are refused. It leads on where that comes to nothing.
    /// </summary>
    bool IsHandingOver { get; }

    /// <summary>
    /// Raised after each change of leader, term or role as this member sees it, and of <see cref="IsHandingOver"/>. Handlers must
    /// return at once.
    /// </summary>
    event Action<RaftStatus>? Changed;

    /// <summary>
    /// Appends one entry as the leader of <paramref name="term"/> and starts a replication round. Returns when it is in this
    /// leader's log (its disk may follow); commit is seen through <see cref="IEntryApplier"/>.
    /// </summary>
    /// <param name="term">The term that the payload was made in; read before what it depends on.</param>
    /// <param name="payload">The entry; copied before this returns.</param>
    /// <param name="reserve">True for what frees space or heals: it may use the space that the log holds in reserve.</param>
    /// <param name="cancellationToken">Ends the wait before the append; never after it.</param>
    /// <exception cref="NotLeadingException">Not the leader, or no longer in that term; nothing was appended.</exception>
    /// <exception cref="LogSpaceException">The disk is full; nothing was appended.</exception>
    ValueTask<EntryPosition> AppendAsync(
        long term, ReadOnlyMemory<byte> payload, bool reserve, CancellationToken cancellationToken);

    /// <summary>
    /// Confirms by a quorum round begun after this call that this member still leads, and returns the index that a linearizable
    /// read must wait for. Every call is a round: sharing is the caller's.
    /// </summary>
    /// <exception cref="NotLeadingException">Not the leader, or no quorum answered.</exception>
    ValueTask<long> ConfirmLeadershipAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Begins a replication round, so that followers learn what is committed before the next entry or heartbeat. Never waits or
    /// throws; does nothing where this member does not lead.
    /// </summary>
    void TellCommit();

    /// <summary>
    /// Lets each other voter say a word over both connections to it, the one for a leader's votes and entries and the one for all
    /// else, so that they are open when this member or that one is elected. Ends within the lowest election timeout; one that can't
    /// be reached is no error.
    /// </summary>
    /// <exception cref="NotLeadingException">This member is starting, or was removed.</exception>
    Task GreetVotersAsync(CancellationToken cancellationToken);

    /// <summary>Runs the code of an election and of leading once in this process, in a folder of its own; the cluster isn't told.</summary>
    /// <exception cref="TimeoutException">It came to nothing in its time; it isn't tried again, and this is thrown again.</exception>
    /// <exception cref="TransferRefusedException">Its hand-over came to nothing.</exception>
    /// <exception cref="IOException">Its folder can't be used.</exception>
    Task RehearseElectionAsync(CancellationToken cancellationToken);

    /// <summary>Hands leadership over to a caught-up voter; a none target means the most caught-up one that takes it.</summary>
    /// <exception cref="NotLeadingException">Not the leader.</exception>
    /// <exception cref="TransferRefusedException">The target is unknown, not a voter, unreachable or too far behind; this member still leads.</exception>
    ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken);

    /// <summary>
    /// Tells who belongs to the cluster now, and who was removed, as the replicated state says: at each change of it, and after each
    /// restore of a snapshot, on every member; before the start, too. Returns at once, never throws, and may be told the same again.
    /// The leader teaches the members without a vote; calls of removed ones are refused from now on; a removed member that is told
    /// of itself stops (<see cref="Removal"/>).
    /// </summary>
    void Follow(MemberRoster roster);

    /// <summary>
    /// Binds a joining member's id, which the roster has without a folder, to its folder, by the log: set once, before the start.
    /// Returns null once that is applied here, or in one line why it can't be. Called on whichever member it announces itself to.
    /// </summary>
    Func<JoiningMember, CancellationToken, ValueTask<string?>>? Admit { get; set; }

    /// <summary>
    /// Ends with the reason, in one line, once this member was told by a peer or by the log that it was removed, serves nothing
    /// (<see cref="Fault"/> says so from the first moment), its folder is marked retired, and it takes no part any more. The
    /// process is then to end. Never ends otherwise.
    /// </summary>
    Task<string> Removal { get; }

    /// <summary>
    /// Gives a learner a vote, and waits until that is committed and applied here. The learner must hold all that this log had when
    /// the last round was sent, and have acknowledged that within two heartbeats; the voters alive must be a quorum before it and
    /// after it. What is not so is waited for, for one election timeout. Where it votes already, this waits for that.
    /// </summary>
    /// <returns>The place of the entry that gave it; the term is 0 where the log has it no longer.</returns>
    /// <exception cref="RefusedChangeException">Not now, with the numbers; nothing was appended but perhaps a barrier.</exception>
    /// <exception cref="NotLeadingException">Not the leader, or handing over; the voters were not changed.</exception>
    /// <exception cref="UnsettledChangeException">Leadership ended after the append: it may or may not be committed. Ask the next leader for the same.</exception>
    /// <exception cref="LogSpaceException">The disk is full, its reserve too; nothing was appended.</exception>
    /// <exception cref="OperationCanceledException">The token ended the wait; it may or may not be appended and committed.</exception>
    ValueTask<EntryPosition> PromoteAsync(NodeId learner, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a voter's vote, and waits until that is committed and applied here; while it stays in the roster it is a learner. The
    /// voters alive must be a quorum before it and after it, and it must not be this member: leadership is handed over first.
    /// Where it has no vote already, this waits for that. Otherwise as <see cref="PromoteAsync"/>, exceptions too.
    /// </summary>
    ValueTask<EntryPosition> RemoveVoterAsync(NodeId voter, CancellationToken cancellationToken);

    /// <summary>
    /// Appends the voters in force once more, as an entry that changes nobody's vote, so that whoever applies the log from there on
    /// knows them; returns when it is committed and applied here.
    /// </summary>
    /// <exception cref="NotLeadingException">Not the leader, or handing over; nothing was appended but perhaps a barrier.</exception>
    /// <exception cref="UnsettledChangeException">Leadership ended after the append.</exception>
    /// <exception cref="LogSpaceException">The disk is full, its reserve too; nothing was appended.</exception>
    ValueTask<EntryPosition> RestateVotersAsync(CancellationToken cancellationToken);

    /// <summary>
    /// While <paramref name="why"/> is given, this member neither stands for election nor takes leadership over; it follows and
    /// votes on, and a leader leads on until it hands over.
    /// </summary>
    void KeepFromLeading(string? why);

    /// <summary>Tells the log that a snapshot at <paramref name="index"/> is durable: it may drop what lies more than its tail behind.</summary>
    ValueTask SnapshotWrittenAsync(long index, CancellationToken cancellationToken);

    /// <summary>The configuration in force at <paramref name="index"/>, which a snapshot at that index must carry.</summary>
    ConfigurationInForce ConfigurationAt(long index);

    /// <summary>Opens the log, recovers, waits for a new cluster's initial members where it is one, and starts following.</summary>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops; a leader hands over first, within the token's time.</summary>
    Task StopAsync(CancellationToken cancellationToken);

    private static MemberPosition PositionIn(RaftStatus now) =>
        new(now.Leader, now.Term, now is { IsLeader: false, IsVoter: false, Fault: null });
}
