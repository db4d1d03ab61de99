using StateServer.Domain.Membership;

namespace StateServer.Domain.Commands;

/// <summary>
/// Records what a member says of itself: its folder, addresses, zone and the highest feature level it knows. An id's folder
/// never changes: a second folder for a known id is rejected.
/// </summary>
/// <param name="Member">The member.</param>
public sealed record RegisterMemberCommand(MemberRecord Member) : Command;
