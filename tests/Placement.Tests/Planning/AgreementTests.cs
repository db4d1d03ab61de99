using FsCheck.Xunit;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Steps;
using StateServer.Placement.Reconciliation.Acting;

namespace StateServer.Placement.Tests.Planning;

/// <summary>
/// What the planner supposes of a step is what Apply makes of its command: whatever happens, no command of a plan is refused, the
/// model comes out as the steps say, and soon a look finds nothing more to do.
/// </summary>
[Properties(MaxTest = 60)]
public sealed class AgreementTests
{
    private const int Happenings = 40;

    /// <summary>One more than the usual: failures that were forgotten open zones to machines that were passed over before, in the same plan.</summary>
    private const int MostLooks = 2;

    /// <summary>A machine whose zone was passed over, and whose zones are then all forgotten, stays: it left for a better one, which the audit refused.</summary>
    [Fact]
    public void A_machine_stays_where_what_made_it_leave_is_forgotten() => Apply_does_what_the_planner_supposes(80);

    [Property]
    public void Apply_does_what_the_planner_supposes(int seed)
    {
        Random random = new(seed);
        AppliedWorld world = new(random);
        for (int i = 0; i < Happenings; i++)
        {
            world.Happen(random);
            for (int launches = 0; launches < 2; launches++)
            {
                for (int look = 0; look < MostLooks; look++)
                {
                    world.Carry(world.Plan());
                }

                Assert.DoesNotContain(world.Plan().Steps, step => step is not RemoveMachineStep);
                world.Launch();
            }
        }
    }

    /// <summary>One command ends so many units at most: the loop sees to the others, whoever leads by then.</summary>
    [Fact]
    public void A_large_service_is_ended_command_by_command()
    {
        AppliedWorld world = new(new Random(0));
        ServiceName web = new(AppliedWorld.Services[0]);
        for (int i = 0; i < 3; i++)
        {
            world.Do(new AddUnitsCommand(web, ModelLimits.MostPerCommand, PlacementDirective.None));
        }

        world.Do(new RemoveServiceCommand(web));
        Assert.Equal(["remove 2000 units that are left of service web"], world.Plan().Steps.Select(step => step.ToString()));
        world.Carry(world.Plan());
        Assert.Equal(["remove 1000 units that are left of service web"], world.Plan().Steps.Select(step => step.ToString()));
        world.Carry(world.Plan());
        Assert.Empty(world.Plan().Steps);
        Assert.DoesNotContain(web, world.Model.Services.Keys);
    }

    /// <summary>A command must fit into a request, whatever the constraints: those of the largest text fill one after a few hundred machines.</summary>
    [Fact]
    public void Plans_of_large_constraints_are_committed_in_parts()
    {
        AppliedWorld world = new(new Random(0));
        ServiceName web = new(AppliedWorld.Services[0]);
        world.Do(new SetConstraintsCommand(web, Constraints.None with
        {
            Tags = [.. Enumerable.Range(0, 32).Select(i => $"{i:D2}".PadRight(127, 'x'))],
        }));
        world.Do(new AddUnitsCommand(web, 300, PlacementDirective.None));
        AssignUnitsCommand[] parts = [.. PlanCommands.Of(world.Plan(), world.Model).Cast<AssignUnitsCommand>()];
        Assert.Equal([129, 129, 42], parts.Select(part => part.Machines.Length));
        world.Carry(world.Plan());
        Assert.All(world.Model.UnitsOf(web), unit => Assert.NotNull(world.Model.Units[unit].Machine));
    }
}
