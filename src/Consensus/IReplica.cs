using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Status;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus;

/// <summary>
/// One member's face to the rest of the process: propose, read, look. Works the same on leader and follower; a follower
/// forwards. Thread-safe.
/// </summary>
public interface IReplica
{
    /// <summary>
    /// Raised after each entry that carried commands and after each restore of a snapshot, in order, on the applying thread, when
    /// <see cref="State"/> has it already. Handlers return at once and don't throw.
    /// </summary>
    event Action<AppliedEntry>? Applied;

    /// <summary>The newest applied state of this member; an empty one before its folder is opened. For a client's read, see <see cref="ReadSerializable"/>.</summary>
    ReplicatedState State { get; }

    /// <summary>The newest applied state of this member, for a serializable read; never waits.</summary>
    /// <exception cref="ReadRefusedException">This member must not serve: its folder isn't opened yet or can't be (damaged, or refused by the others), or its state differs from the majority's.</exception>
    ReplicatedState ReadSerializable() => State;

    /// <summary>What this member knows of itself and the cluster now; never waits.</summary>
    MemberStatus Status { get; }

    /// <summary>Where this member stands now; never waits, and costs far less than <see cref="Status"/>.</summary>
    MemberPosition Position => new(Status.Leader, Status.Term, Status.Role == MemberRole.Learner);

    /// <summary>Proposes a command and waits until it was applied on this member.</summary>
    /// <param name="command">The command.</param>
    /// <param name="request">The client's request id for safe retries, or null.</param>
    /// <param name="cancellationToken">Ends the wait: the outcome is then unknown, unless the command was still queued.</param>
    /// <returns>The outcome; a <see cref="Rejection"/> changed nothing.</returns>
    /// <exception cref="ProposalRefusedException">Certainly not executed, with the reason (no leader, queue full, too large, no space, corrupt, stopping).</exception>
    /// <exception cref="OutcomeUnknownException">May or may not have been, or may yet be, executed.</exception>
    ValueTask<Outcome> ProposeAsync(Command command, RequestId? request, CancellationToken cancellationToken);

    /// <summary>
    /// Waits until <see cref="State"/> holds everything that was acknowledged before this call (read index, Raft
    /// dissertation §6.4): one quorum round, begun after the call, is shared by all that wait.
    /// </summary>
    /// <returns>A state to read from.</returns>
    /// <exception cref="ReadRefusedException">No leader, no quorum in time, or this member must not serve.</exception>
    ValueTask<ReplicatedState> ReadLinearizableAsync(CancellationToken cancellationToken);

    /// <summary>Waits until this member has applied <paramref name="index"/>.</summary>
    ValueTask WaitForAppliedAsync(long index, CancellationToken cancellationToken);

    /// <summary>Asks every member for its status, at once, each within <paramref name="timeout"/>; works without a leader.</summary>
    ValueTask<IReadOnlyList<MemberObservation>> ObserveMembersAsync(TimeSpan timeout, CancellationToken cancellationToken);

    /// <summary>Hands leadership to <paramref name="target"/> (or to the most caught-up voter, where it is none), forwarding to the leader where that is another.</summary>
    /// <exception cref="ProposalRefusedException">No leader, or the target is unknown, not a voter, unreachable or too far behind.</exception>
    /// <exception cref="OutcomeUnknownException">The leader was asked, and its answer is lost: leadership may have moved.</exception>
    ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken);
}
