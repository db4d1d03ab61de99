using StateServer.Domain.Apply;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Domain.Membership.View;
using StateServer.Domain.Model;
using StateServer.Domain.Model.View;

namespace StateServer.Domain.Tests.Model;

/// <summary>What holds of the model after any command.</summary>
internal static class ModelInvariants
{
    public static void Check(ReplicatedState state)
    {
        var model = state.Model;
        Assert.Equal(StateDigest.Recompute(state), state.Digest);
        var view = state.FeatureLevel >= MembershipCommand.FirstFeatureLevel
            ? ModelView.RenderAll(model).Concat(MembershipView.RenderAll(state))
            : ModelView.RenderAll(model);
        Assert.Equal(view.Select(Text).Order(), View(state.Keyspace).Order());
        CheckPlaces(model);
        CheckUnits(model);
        CheckMachines(model);
        Assert.All(model.Services.Values, service =>
            Assert.True(service.Life == Life.Alive || !model.UnitsOf(service.Name).IsEmpty, $"{service.Name} is dying without units"));
        Assert.Equal(
            Enumerable.Range(0, model.Events.Count).Select(i => model.LastEvent - model.Events.Count + 1 + i),
            model.Events.Select(told => told.Number));
        Assert.True(model.Events.Count <= ModelLimits.MostEvents);
    }

    private static void CheckUnits(ModelState model)
    {
        var numbers = new HashSet<long>();
        foreach (var unit in model.Units.Values)
        {
            var service = model.Services[unit.Name.Service];
            Assert.InRange(unit.Name.Number, 0, service.NextUnit - 1);
            Assert.Equal(unit.Machine is null, unit.Assignment == 0);
            if (unit.Machine is { } machine)
            {
                Assert.Contains(machine, model.Machines.Keys);
                Assert.True(numbers.Add(unit.Assignment), $"{unit.Name} shares its assignment");
            }

            if (unit.Predecessor is { } before)
            {
                Assert.Contains(before.Machine, model.Machines.Keys);
                Assert.True(numbers.Add(before.Assignment), $"{unit.Name}'s predecessor shares its assignment");
                Assert.True(unit.Machine is null || before.Assignment < unit.Assignment);
            }

            Assert.InRange(unit.Assignment, 0, model.LastAssignment);
        }
    }

    private static void CheckMachines(ModelState model)
    {
        foreach (var machine in model.Machines.Values)
        {
            Assert.InRange(machine.Id.Value, 0, model.NextMachine - 1);
            Assert.InRange(machine.Attempts.Length, 0, MachineRecord.MostAttempts);
            for (var i = 0; i < machine.Attempts.Length; i++)
            {
                var isOpen = machine.Attempts[i].Outcome == LaunchOutcome.Unknown;
                Assert.Equal(machine.Attempts[0].Number + i, machine.Attempts[i].Number);
                Assert.Equal(isOpen, machine.Status == MachineStatus.Launching && i == machine.Attempts.Length - 1);
                Assert.Equal(isOpen, machine.Attempts[i].EndedAtMilliseconds == 0);
            }

            var isLaunched = machine.Status is not (MachineStatus.Pending or MachineStatus.Launching);
            Assert.Equal(isLaunched, machine.Instance is not null);
            Assert.True(machine.Life == Life.Alive || machine.Status != MachineStatus.Pending, $"{machine.Id} is dying without an instance");
            Assert.True(model.UnitsOn(machine.Id).Count <= ModelLimits.MostUnitsPerMachine);
        }
    }

    /// <summary>The kept places are those of the records.</summary>
    private static void CheckPlaces(ModelState model)
    {
        var anew = UnitPlaces.Of([.. model.Units.Values]);
        Assert.Equal(Lines(anew.Assigned), Lines(model.Places.Assigned));
        Assert.Equal(Lines(anew.Left), Lines(model.Places.Left));
        Assert.Equal(Lines(anew.OfService), Lines(model.Places.OfService));
    }

    private static IEnumerable<string> Lines<TPlace>(
        System.Collections.Immutable.ImmutableSortedDictionary<TPlace, System.Collections.Immutable.ImmutableSortedSet<UnitName>> places)
        where TPlace : notnull =>
        places.Select(pair => $"{pair.Key}: {string.Join(", ", pair.Value)}");

    private static IEnumerable<string> View(KeyspaceState keyspace)
    {
        var start = Apply.Script.K(KeyspaceState.ReservedPrefix);
        Assert.Null(keyspace.TryRange(
            new RangeQuery { Range = new KeyRange(start, Apply.Script.K("/stateserver0")) }, out var result));
        return result!.KeyValues.Select(version => Text((version.Key, version.Value.ToArray())));
    }

    private static string Text((Key Key, byte[] Value) item) => $"{item.Key} {System.Text.Encoding.UTF8.GetString(item.Value)}";
}
