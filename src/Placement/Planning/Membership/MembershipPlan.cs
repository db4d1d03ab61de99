using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership;

/// <summary>The one step that is due, and why. Immutable.</summary>
/// <param name="Next">The step; null where nothing is to be done now.</param>
/// <param name="Report">What was considered, also where nothing is done.</param>
public sealed record MembershipPlan(MembershipStep? Next, MembershipReport Report);
