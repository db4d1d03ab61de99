using StateServer.Domain.Membership;

namespace StateServer.Domain.Commands.Membership;

/// <summary>From an operator: how many voters there are to be. The same again changes nothing.</summary>
/// <param name="Target">
/// 1, 3, 5 or 7; others are refused in Juju's words. 0 keeps what was asked for before, or the voters there are, and makes it 3 at
/// least.
/// </param>
/// <param name="Wish">What newcomers are to be; nothing where the wish before is to stay.</param>
/// <param name="Force">Whether more than one voter may become a single one.</param>
public sealed record SetTargetCommand(int Target, MemberWish Wish, bool Force) : MembershipCommand;
