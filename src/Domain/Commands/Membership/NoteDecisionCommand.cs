using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>
/// From the leader: what it decided of the members beyond what other commands tell, such as that it hands over, or that a guard holds
/// healing back. Leaves an event, and changes nothing else.
/// </summary>
/// <param name="Member">Whom it is about; null for the whole. Refused where there is none such.</param>
/// <param name="Text">What, and why, in one line.</param>
public sealed record NoteDecisionCommand(NodeId? Member, string Text) : MembershipCommand;
