using System.Collections.Immutable;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Audit;
using StateServer.Placement.Planning.Membership.Rules;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>How a term decides: tests plant a wrong rule, or leave the audit out, to see that the rest finds it.</summary>
/// <param name="Rules">The rules, most urgent first.</param>
/// <param name="Audit">What is wrong with a plan, a line each.</param>
/// <param name="Mint">Makes newcomers' ids and names.</param>
internal sealed record MembershipMind(
    IReadOnlyList<IMembershipRule> Rules, Func<MembershipInput, MembershipPlan, ImmutableArray<string>> Audit, MemberMint Mint)
{
    /// <summary>The one that the product has.</summary>
    public static MembershipMind Default { get; } = new(MembershipRules.All, MembershipAudit.Errors, MemberMint.System);
}
