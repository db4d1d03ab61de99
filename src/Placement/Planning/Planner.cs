using StateServer.Placement.Planning.Drafting;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Reports;

namespace StateServer.Placement.Planning;

/// <summary>
/// Makes plans: a pure function of its input. The order is that of urgency: what is lost, zones for machines that wait, units
/// that must leave, units that wait, machines to remove. Greedy: each decision is the best for itself, with all before it
/// counted as done, and nothing that stands well is moved (ADR 0077). A machine that waits with a zone reserved, and that the
/// plan doesn't move on, is for its caller to launch.
/// </summary>
public static class Planner
{
    /// <summary>Plans with an index made for this once: linear in the machines and units of the model.</summary>
    public static Plan Make(PlanningInput input) => Make(input, PlacementIndex.Of(input.Model));

    /// <summary>Plans with an index that the caller keeps, which is read and not changed.</summary>
    /// <param name="input">What is known.</param>
    /// <param name="index">Stands for the input's model.</param>
    /// <param name="mostSteps">Most steps of the plan, 1 or more.</param>
    /// <exception cref="ArgumentException">The index stands for another model.</exception>
    public static Plan Make(PlanningInput input, PlacementIndex index, int mostSteps = PlanningLimits.MostSteps)
    {
        if (!ReferenceEquals(input.Model, index.Model))
        {
            throw new ArgumentException("the index stands for another model: advance it first", nameof(index));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(mostSteps, 1);
        if (input.Model.Environment is not { } settings)
        {
            return new Plan([], new PlanReport([], "", null, false));
        }

        PlanDraft draft = new(input, settings, index, mostSteps);
        LossPlanning.Draft(draft);
        PendingPlanning.Draft(draft);
        new UnitPlanning(draft).Draft();
        RemovalPlanning.Draft(draft);
        return draft.Finish();
    }
}
