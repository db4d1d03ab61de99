using System.Collections.Immutable;
using StateServer.Domain.Apply;

namespace StateServer.Placement.Planning.Membership.Preview;

/// <summary>
/// What the planner would do about the members, step by step, without doing any of it: each step is applied by the log's own rules
/// to a state that is thrown away, and whoever is launched arrives and has learned the log as soon as nothing else is left to do.
/// Nobody dies and nobody returns in it. A pure function of its input.
/// </summary>
public static class AvailabilityPreview
{
    /// <summary>The most steps that are looked ahead: from 1 member to 7 takes about thirty.</summary>
    public const int MostSteps = 200;

    /// <summary>Looks ahead.</summary>
    /// <param name="input">What the leader sees; its membership, members and model are taken from <paramref name="state"/>.</param>
    /// <param name="state">
    /// The state that the wanted target and wish are in force in: one that a <c>SetTargetCommand</c> was applied to, or the present one.
    /// </param>
    public static AvailabilityForecast Of(MembershipInput input, ReplicatedState state) => Of(input, state, MostSteps);

    /// <summary>Looks so many steps ahead.</summary>
    internal static AvailabilityForecast Of(MembershipInput input, ReplicatedState state, int mostSteps)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(state);
        ForecastWorld world = new(input, state);
        var steps = ImmutableArray.CreateBuilder<string>();
        while (true)
        {
            var plan = MembershipPlanner.Make(world.Input);
            if (plan.Next is null && world.Arrive())
            {
                continue;
            }

            if (plan.Next is { } step && steps.Count < mostSteps && world.Do(step))
            {
                steps.Add(world.Tell(step));
                continue;
            }

            var refusal = plan.Next is not null && steps.Count == mostSteps ? $"no more than {mostSteps} steps are looked ahead" : world.Refusal;
            return new(MemberChanges.Between(state, world.State), steps.ToImmutable(), world.State, plan.Report, refusal);
        }
    }
}
