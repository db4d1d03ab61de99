namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>One step on the members. Its text is what a dry run prints.</summary>
public abstract record MembershipStep;
