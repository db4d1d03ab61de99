using StateServer.Placement.Planning.Membership.Rules;

namespace StateServer.Placement.Planning.Membership;

/// <summary>The rules, most urgent first.</summary>
internal static class MembershipRules
{
    public static IReadOnlyList<IMembershipRule> All { get; } =
    [
        new LossRule(),
        new ReturnRule(),
        new LeadershipRule(),
        new OperationRule(),
        new RemovalRule(),
        new SwapRule(),
        new ShrinkRule(),
        new GrowthRule(),
        new WaitingNewcomerRule(),
        new NewcomerRule(),
        new RebalanceRule(),
    ];
}
