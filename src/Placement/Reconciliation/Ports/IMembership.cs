using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Placement.Planning.Membership;

namespace StateServer.Placement.Reconciliation.Ports;

/// <summary>The cluster's members as their leader sees and changes them. Thread-safe.</summary>
public interface IMembership
{
    /// <summary>What is known now; null where this member doesn't lead, or feature level 4 is not in force. Never waits.</summary>
    MembershipSight? Read();

    /// <summary>Proposes as the leader of <paramref name="term"/> and waits until this member applied it; in another term it is refused.</summary>
    /// <returns>The outcome; a <see cref="Rejection"/> changed nothing.</returns>
    /// <exception cref="MembershipException">It was not executed, or may or may not have been.</exception>
    Task<Outcome> ProposeAsync(MembershipCommand command, long term, CancellationToken cancellationToken);

    /// <summary>Gives a learner the vote; returns when that is committed and applied here. One that has it is no error.</summary>
    /// <exception cref="MembershipException">It is refused with a reason, or it is not known.</exception>
    Task PromoteAsync(NodeId node, CancellationToken cancellationToken);

    /// <summary>Takes a vote; returns when that is committed and applied here. Never this member's own. One that has none is no error.</summary>
    /// <exception cref="MembershipException">It is refused with a reason, or it is not known.</exception>
    Task RemoveVoterAsync(NodeId node, CancellationToken cancellationToken);

    /// <summary>Lets a voter that is caught up lead; returns when this member doesn't any more.</summary>
    /// <exception cref="MembershipException">It still leads, or that is not known.</exception>
    Task TransferLeadershipAsync(NodeId target, CancellationToken cancellationToken);

    /// <summary>
    /// Lets the other live voters try to reach a member. <see cref="PeerVerdict.Silent"/> where each of them answered that it
    /// can't, and where there is none; <see cref="PeerVerdict.Unknown"/> where one didn't answer. Never fails.
    /// </summary>
    Task<PeerVerdict> AskOthersAsync(NodeId node, CancellationToken cancellationToken);
}
