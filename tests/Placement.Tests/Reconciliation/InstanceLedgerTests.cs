using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Reconciliation;

public sealed class InstanceLedgerTests
{
    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(10);
    private static readonly MachineId One = new(1);
    private static readonly InstanceId There = new("i-1");

    private readonly FakeTimeProvider _time = new();
    private readonly InstanceLedger _ledger;
    private long _listings;

    public InstanceLedgerTests() => _ledger = new(Apart, _time);

    [Fact]
    public void An_instance_that_is_shown_twice_is_one()
    {
        Look(Known, Known, [Shown(InstanceState.Pending), Shown(InstanceState.Running)]);
        Assert.Empty(_ledger.Gone);
        Assert.Empty(_ledger.Strays);
    }

    [Fact]
    public void Absence_counts_in_two_complete_listings_that_began_after_the_record_knew_the_instance()
    {
        // The listing began before the launch: it can't show it, however late it ends.
        Look(ImmutableSortedDictionary<MachineId, MachineRecord>.Empty, Known, []);
        _time.Advance(Apart);
        Look(Known, Known, []);
        Assert.Empty(_ledger.Gone);
        _time.Advance(Apart - TimeSpan.FromMilliseconds(1));
        Look(Known, Known, []);
        Assert.Empty(_ledger.Gone);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Look(Known, Known, [], gap: "half does not answer");
        Assert.Empty(_ledger.Gone);
        Look(Known, Known, []);
        Assert.Equal([One], _ledger.Gone);

        // Shown again, it was never gone, and the time begins anew.
        Look(Known, Known, [Shown(InstanceState.Running)]);
        Assert.Empty(_ledger.Gone);
        Look(Known, Known, []);
        Assert.Empty(_ledger.Gone);
    }

    [Fact]
    public void An_instance_of_an_earlier_incarnation_is_gone_where_a_record_has_it_and_a_stray_where_none_has()
    {
        Look(Known, Known, [Shown(InstanceState.Running)], incarnation: 2);
        Assert.Equal([One], _ledger.Gone);
        Look(None, None, [Shown(InstanceState.Running)], incarnation: 2);
        _time.Advance(Apart);
        Look(None, None, [Shown(InstanceState.Running)], incarnation: 2);
        Assert.Equal([There], _ledger.Strays.Select(stray => stray.Id));
    }

    [Fact]
    public void A_state_servers_instance_of_an_earlier_incarnation_is_not_gone_for_a_recovery_may_go_on_with_it()
    {
        InstanceLedger ledger = new(Apart, _time, ofMembers: true);
        var known = Known.SetItem(One, Known[One] with { StateServer = new NodeId(5) });
        Look(known, known, [Shown(InstanceState.Running)], incarnation: 2, ledger: ledger);
        Assert.Empty(ledger.Gone);
        Look(known, known, [Shown(InstanceState.Terminated)], incarnation: 2, ledger: ledger);
        Assert.Equal([One], ledger.Gone);
    }

    /// <summary>One of this incarnation that was launched is what a lost answer left; one of an earlier may be all that is left of the old cluster.</summary>
    [Theory]
    [InlineData(2, 1, true, true)]
    [InlineData(1, 1, true, false)]
    [InlineData(2, 0, true, false)]
    [InlineData(2, 1, false, false)]
    public void A_state_server_without_a_record_is_a_stray_where_this_incarnation_launched_it_and_the_first_is_adopted(
        long incarnation, int attempt, bool isFirstAdopted, bool isStray)
    {
        var machines = isFirstAdopted ? Known.SetItem(One, Known[One] with { StateServer = new NodeId(5) }) : None;
        var shown = Shown(InstanceState.Running) with
        {
            Id = new("i-2"),
            Tags = new(new EnvironmentId(7), incarnation, new MachineId(2), InstanceRole.StateServer),
            Attempt = attempt,
        };
        for (var looks = 0; looks < 3; looks++)
        {
            Look(machines, machines, [shown], incarnation: 2);
            _time.Advance(Apart);
        }

        Assert.Equal(isStray ? 1 : 0, _ledger.Strays.Length);
        Assert.Equal(isStray ? 0 : 1, _ledger.LeftAlone.Length);
    }

    private static ImmutableSortedDictionary<MachineId, MachineRecord> None { get; } = ImmutableSortedDictionary<MachineId, MachineRecord>.Empty;

    private static ImmutableSortedDictionary<MachineId, MachineRecord> Known { get; } = None.Add(One, new MachineRecord(
        One, "noble", Constraints.None, PlacementDirective.None, null, new Zone("a"), Life.Alive, MachineStatus.Running, "",
        There, null, null, [], false, 0, 0, 0));

    private static Instance Shown(InstanceState state) =>
        new(There, new(new EnvironmentId(7), 1, One, InstanceRole.Units), 1, new Zone("a"), state, null);

    private void Look(
        ImmutableSortedDictionary<MachineId, MachineRecord> before,
        ImmutableSortedDictionary<MachineId, MachineRecord> now,
        ImmutableArray<Instance> shown,
        string gap = "",
        long incarnation = 1,
        InstanceLedger? ledger = null) => (ledger ?? _ledger).Observe(
            new ProviderSight([], new InstanceListing(shown, gap), ++_listings, _time.GetTimestamp(), before, ""), now, incarnation);
}
