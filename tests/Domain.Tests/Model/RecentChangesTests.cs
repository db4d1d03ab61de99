using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using static StateServer.Domain.Tests.Model.ModelScript;

namespace StateServer.Domain.Tests.Model;

public sealed class RecentChangesTests
{
    private static readonly ImmutableArray<MachineId> Half = [.. Enumerable.Range(0, RecentChanges.MostKept / 2).Select(n => new MachineId(n))];

    [Fact]
    public void What_changed_in_the_last_generation_is_known_and_what_lies_two_back_is_let_go()
    {
        List<RecentChanges> all = [new RecentChanges()];
        for (var i = 0; i < 6; i++)
        {
            all.Add(all[^1].Add(Half, []));
        }

        // Two fill a generation: the fifth and sixth are the younger, the third and fourth the older one.
        Assert.Empty(all[6].Since(all[6])!.Value.Machines);
        Assert.Equal(Half.Length, all[6].Since(all[5])!.Value.Machines.Length);
        Assert.Equal(3 * Half.Length, all[6].Since(all[3])!.Value.Machines.Length);
        Assert.Null(all[6].Since(all[2]));
        Assert.Null(all[5].Since(all[6]));
    }

    [Fact]
    public void Of_two_states_that_went_different_ways_nothing_is_known()
    {
        var begun = new RecentChanges();
        Assert.Null(begun.Add(Half, []).Since(begun.Add(Half, [])));
        Assert.Null(begun.Since(new RecentChanges()));
        Assert.Same(begun, begun.Add([], []));
    }

    [Fact]
    public void A_state_whose_records_were_set_by_hand_knows_nothing()
    {
        var script = new ModelScript();
        script.Do(Machines(1));
        var before = script.Model;
        Assert.NotNull((before with { NextMachine = 5 }).ChangesSince(before));
        Assert.Null((before with { Machines = before.Machines.Clear() }).ChangesSince(before));
        Assert.Null((before with { Units = before.Units }).ChangesSince(before));
        script.Do(new CordonMachineCommand(new MachineId(0), true));
        Assert.Equal([new MachineId(0)], script.Model.ChangesSince(before)!.Value.Machines);
    }
}
