using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Contacts;

namespace StateServer.Placement.Tests.Reconciliation;

public sealed class ContactTableTests
{
    private static readonly MachineId One = new(1);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void Ages_begin_with_the_term_and_anew_with_the_next()
    {
        var table = new ContactTable(_time);
        table.Begin(3);
        _time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(TimeSpan.FromSeconds(20), table.SinceHeard(One));
        table.Heard(3, One);
        table.Granted(3, One);
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(2), table.SinceGranted(One));
        table.Begin(4);
        Assert.Equal(TimeSpan.Zero, table.SinceGranted(One));
        _time.Advance(TimeSpan.FromSeconds(1));
        table.Heard(3, One);
        Assert.Equal(TimeSpan.FromSeconds(1), table.SinceHeard(One));
    }

    [Fact]
    public void Two_streams_of_one_machine_count_until_both_are_gone()
    {
        var table = new ContactTable(_time);
        table.Begin(1);
        table.Connected(1, One);
        table.Connected(1, One);
        table.Disconnected(1, One);
        Assert.True(table.IsConnected(One));
        table.Disconnected(1, One);
        Assert.False(table.IsConnected(One));
    }

    [Fact]
    public void Options_that_cannot_be_right_are_all_named()
    {
        Assert.Empty(new ReconciliationOptions().Errors());
        var errors = new ReconciliationOptions { MostLaunches = 0, SingletonLease = TimeSpan.Zero, ProviderTimeout = TimeSpan.Zero }.Errors().ToList();
        Assert.Equal(3, errors.Count);
    }

    [Fact]
    public void A_silent_machine_is_told_with_its_age_and_a_member_never()
    {
        var table = new ContactTable(_time);
        table.Begin(1);
        _time.Advance(TimeSpan.FromSeconds(4));
        var model = Model();
        Assert.Equal([KeyValuePair.Create(One, 4000L)], table.Silent(model, TimeSpan.FromSeconds(3), TimeSpan.Zero));
        table.Heard(1, One);
        Assert.Empty(table.Silent(model, TimeSpan.FromSeconds(3), TimeSpan.Zero));
    }

    [Fact]
    public void An_agent_that_this_leader_never_heard_has_the_grace_first()
    {
        var table = new ContactTable(_time);
        table.Begin(1);
        _time.Advance(TimeSpan.FromSeconds(12));
        Assert.Empty(table.Silent(Model(), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([KeyValuePair.Create(One, 3000L)], table.Silent(Model(), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)));
        table.Heard(1, One);
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal([KeyValuePair.Create(One, 3000L)], table.Silent(Model(), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)));
    }

    /// <summary>A leader that was stopped for a minute, alone in its cluster, still leads: it must not believe what it slept through.</summary>
    [Fact]
    public void A_member_that_slept_believes_no_silence_and_still_every_grant()
    {
        var table = new ContactTable(_time);
        table.Begin(1);
        table.Connected(1, One);
        table.Granted(1, One);
        Assert.Equal(0, table.Pulse());
        for (var beats = 0; beats < 10; beats++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.Equal(0, table.Pulse());
        }

        Assert.Equal(TimeSpan.FromSeconds(10), table.SinceHeard(One));
        _time.Advance(TimeSpan.FromMinutes(1));

        // Whoever looks first finds it out, before the next pulse.
        Assert.Empty(table.Silent(Model(), TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(10)));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (table.SinceHeard(One), table.Age));
        Assert.Equal(1, table.Pulse());
        Assert.Equal(TimeSpan.FromSeconds(70), table.SinceGranted(One));
        Assert.True(table.IsConnected(One));
    }

    private static ModelState Model()
    {
        var machine = new MachineRecord(
            One, "noble", Constraints.None, PlacementDirective.None, null, new Zone("a"), Life.Alive, MachineStatus.Running, "",
            new InstanceId("i"), null, null, [], false, 0, 0, 0);
        return ModelState.Empty with
        {
            Machines = ImmutableSortedDictionary<MachineId, MachineRecord>.Empty
                .Add(One, machine)
                .Add(new MachineId(2), machine with { Id = new MachineId(2), StateServer = new NodeId(5) }),
        };
    }
}
