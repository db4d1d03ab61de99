using System.Collections.Immutable;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus;

/// <summary>
/// Who votes, as the leader sees and changes it. Decides nothing: whoever calls has the intent of it in the log, and asks again
/// where the outcome is open; a change that is so already is no error. On a follower there is nothing to see, and everything is
/// refused with <see cref="VoterChangeFailure.NotLeading"/>. Thread-safe.
/// </summary>
public interface IMembershipControl
{
    /// <summary>
    /// What this leader knows of each voter and of each learner that it teaches, itself among them, in id order. Built at each call;
    /// never waits. Empty on a member that doesn't lead, and for an instant after it began to.
    /// </summary>
    ImmutableArray<MemberReach> Reaches { get; }

    /// <summary>
    /// Ends with the reason, in one line, once this member was told that it was removed from the cluster, its folder is retired and
    /// it takes no part any more. Never ends otherwise.
    /// </summary>
    Task<string> Removal { get; }

    /// <summary>Gives a caught-up learner a vote, and waits until that is committed and applied here; for one election timeout it may still become ready.</summary>
    /// <exception cref="VoterChangeException">It was not done, or may or may not have been, with the numbers.</exception>
    ValueTask PromoteAsync(NodeId learner, CancellationToken cancellationToken);

    /// <summary>Takes a voter's vote, and waits until that is committed and applied here. The leader's own is never taken: it hands over first.</summary>
    /// <exception cref="VoterChangeException">It was not done, or may or may not have been, with the numbers.</exception>
    ValueTask RemoveVoterAsync(NodeId voter, CancellationToken cancellationToken);

    /// <summary>Hands leadership to a caught-up voter in contact; a none target means the most caught-up one. Returns once another leads.</summary>
    /// <exception cref="VoterChangeException">This member leads on, or an election chose somebody.</exception>
    ValueTask TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken);

    /// <summary>
    /// Asks the other voters that this leader heard within an election timeout whether they reach a member, all at once; each tries
    /// then. Takes three election timeouts at most. One that hears it is enough for <see cref="ReachVerdict.Heard"/>; where there is
    /// no such voter nobody contradicts, and it is <see cref="ReachVerdict.Silent"/>.
    /// </summary>
    ValueTask<ReachVerdict> AskOthersAsync(NodeId member, CancellationToken cancellationToken);
}
