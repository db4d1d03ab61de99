using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Domain.Commands.Membership;

/// <summary>
/// From the leader's loop: a change of voters is going to be made. Refused while another is under way, and where it would not end
/// at an odd count on the way to the target.
/// </summary>
/// <param name="Kind">What it does.</param>
/// <param name="Promote">Registered members without a vote: 1 or 2 to grow, 1 to swap, none to shrink.</param>
/// <param name="Remove">Voters: none to grow, 1 to swap, 1 or 2 to shrink.</param>
/// <param name="PromoteFirst">Whether votes are given before votes are taken.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record BeginOperationCommand(
    OperationKind Kind,
    ImmutableArray<NodeId> Promote,
    ImmutableArray<NodeId> Remove,
    bool PromoteFirst,
    string Reason) : MembershipCommand;
