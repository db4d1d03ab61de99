namespace StateServer.Placement.Planning.Steps;

/// <summary>One step of a plan. Its text is what a dry run prints.</summary>
public abstract record PlanStep;
