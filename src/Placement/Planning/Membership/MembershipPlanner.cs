using StateServer.Placement.Planning.Membership.Rules;

namespace StateServer.Placement.Planning.Membership;

/// <summary>
/// Chooses the next step on the members: a pure function of its input. Rules are asked in the order of urgency, and the first that
/// has something to do names the step: what is lost, who is back, who leads, the operation under way, who goes for good, the next
/// operation (healing before growth), zones for newcomers that wait, newcomers, the spread (ADR 0085). Each rule leaves a note of
/// what it awaits.
/// </summary>
public static class MembershipPlanner
{
    /// <summary>Chooses.</summary>
    public static MembershipPlan Make(MembershipInput input) => Make(input, MembershipRules.All);

    /// <summary>Chooses by other rules: tests look whether the rest finds a wrong one out.</summary>
    internal static MembershipPlan Make(MembershipInput input, IReadOnlyList<IMembershipRule> rules)
    {
        if (input.Membership.Target == 0 || !input.Membership.Voters.Contains(input.Leader))
        {
            return new(null, MembershipReport.Nothing with { Decisions = [new(null, [], "", WhyNothing(input))] });
        }

        MembershipDraft draft = new(input);
        foreach (var rule in rules)
        {
            if (rule.Next(draft) is { } step)
            {
                return draft.Finish(step);
            }
        }

        return draft.Finish(null);
    }

    private static string WhyNothing(MembershipInput input) => input.Membership.Target == 0
        ? "nobody asked for a number of members ('stateserver ensure-availability')"
        : "the voters are not known yet, or this member is none of them";
}
