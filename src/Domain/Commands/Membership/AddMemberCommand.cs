using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Membership;

/// <summary>
/// Expects a new member, and adds a machine for it where there is an environment: of the wished series and constraints, the zone
/// reserved. The outcome is an <c>AddedOutcome</c> of the machine.
/// </summary>
/// <param name="Id">Minted for it; refused where it was ever used.</param>
/// <param name="Name">Its name; refused where another member has it.</param>
/// <param name="Zone">Where it is to stand; refused where it is cordoned. One that was asked for binds its machine, unless it replaces a member.</param>
/// <param name="Replaces">The member whose place it takes, at most one newcomer each; null for none. A lost one's counts as a replacement.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record AddMemberCommand(NodeId Id, string Name, Zone Zone, NodeId? Replaces, string Reason) : MembershipCommand;
