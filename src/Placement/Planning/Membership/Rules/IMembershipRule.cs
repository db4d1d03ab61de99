using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>One rule on the members. Pure: what it says depends on the draft's input alone.</summary>
internal interface IMembershipRule
{
    /// <summary>What is due by this rule; null where nothing is, and then what it awaits is noted in the draft.</summary>
    MembershipStep? Next(MembershipDraft draft);
}
