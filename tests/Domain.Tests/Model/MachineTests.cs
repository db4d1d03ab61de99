using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using static StateServer.Domain.Tests.Model.ModelScript;

namespace StateServer.Domain.Tests.Model;

public sealed class MachineTests
{
    private static readonly MachineId Zero = new(0);
    private static readonly InstanceId Instance = new("i-0");
    private readonly ModelScript _script = new();

    [Fact]
    public void Machines_are_counted_from_zero_and_never_numbered_twice()
    {
        Assert.Equal((0, 2), Numbers(_script.Add(Machines(2))));
        _script.Do(new RemoveMachinesCommand([new MachineId(1)], Force: false));
        Assert.Equal((2, 1), Numbers(_script.Add(Machines(1))));
        Assert.Equal(["environment", "machines/0", "machines/2"], _script.Keys());
        _script.Refused(Machines(0), RejectionReason.InvalidArgument, "0 machines");
        _script.Refused(
            Machines(1) with { Directive = new PlacementDirective(null, Zero) }, RejectionReason.InvalidArgument, "unknown placement directive: 0");
    }

    [Fact]
    public void A_launch_goes_attempt_by_attempt()
    {
        _script.Add(Machines(1));
        _script.Refused(Begin(2), RejectionReason.ModelConflict, "the next one is 1");
        _script.Refused(Begin(1) with { UserDataHash = "abc" }, RejectionReason.InvalidArgument, "SHA-256");
        _script.Do(new ReserveZoneCommand(Zero, new Zone("a")));
        _script.Do(Begin(1));
        Assert.Equal((MachineStatus.Launching, new Zone("a")), (_script.Machine(0).Status, _script.Machine(0).Zone));
        _script.Refused(Begin(2), RejectionReason.ModelConflict, "does not wait");
        _script.Refused(End(2, LaunchOutcome.Transient), RejectionReason.ModelConflict, "the last one is 1");
        _script.Refused(End(1, LaunchOutcome.Unknown), RejectionReason.InvalidArgument, "ends with");
        _script.Refused(End(1, LaunchOutcome.Launched), RejectionReason.InvalidArgument, "ends with");
        _script.Do(End(1, LaunchOutcome.CapacityExhausted));
        Assert.Equal((MachineStatus.Pending, "no room", null), (_script.Machine(0).Status, _script.Machine(0).Message, _script.Machine(0).Zone));
        _script.Refused(End(1, LaunchOutcome.CapacityExhausted), RejectionReason.ModelConflict, "not under way");
        _script.Do(Begin(2));
        _script.Do(new EndLaunchCommand(Zero, 2, LaunchOutcome.Launched, Instance, ""));
        Assert.Equal((MachineStatus.Starting, Instance), (_script.Machine(0).Status, _script.Machine(0).Instance));
        Assert.Equal([1, 2], _script.Machine(0).Attempts.Select(attempt => attempt.Number));
    }

    [Fact]
    public void Of_many_attempts_the_last_are_kept()
    {
        _script.Add(Machines(1));
        for (var number = 1; number <= MachineRecord.MostAttempts + 2; number++)
        {
            _script.Do(Begin(number));
            _script.Do(End(number, LaunchOutcome.Transient));
        }

        Assert.Equal((3, MachineRecord.MostAttempts), (_script.Machine(0).Attempts[0].Number, _script.Machine(0).Attempts.Length));
    }

    [Fact]
    public void A_machine_s_zone_directive_never_falls_back()
    {
        _script.Add(Machines(1) with { Directive = new PlacementDirective(new Zone("b"), null) });
        _script.Refused(Begin(1), RejectionReason.ModelConflict, "asked for in zone b");
        _script.Refused(new ReserveZoneCommand(Zero, new Zone("a")), RejectionReason.ModelConflict, "asked for in zone b");
        _script.Do(Begin(1) with { Zone = new Zone("b") });
        _script.Do(End(1, LaunchOutcome.CapacityExhausted));
        Assert.Null(_script.Machine(0).Zone);
        _script.Do(new ReserveZoneCommand(Zero, new Zone("b")));
        _script.Do(new ReserveZoneCommand(Zero, null));
        Assert.Null(_script.Machine(0).Zone);
        _script.Do(new ReserveZoneCommand(Zero, new Zone("b")));
        Assert.Equal(new Zone("b"), _script.Machine(0).Zone);
    }

    /// <summary>A plan may be older than the cordon.</summary>
    [Fact]
    public void Nothing_more_is_placed_where_it_is_cordoned()
    {
        _script.Add(Machines(2));
        _script.Do(Deploy("web"));
        _script.Do(new CordonZoneCommand(new Zone("a"), true));
        _script.Refused(new ReserveZoneCommand(Zero, new Zone("a")), RejectionReason.ModelConflict, "zone a is cordoned");
        _script.Refused(Begin(1), RejectionReason.ModelConflict, "zone a is cordoned");
        var added = new NewMachine("trusty", Constraints.None, PlacementDirective.None, new Zone("a"));
        _script.Refused(
            new AssignUnitsCommand(2, [added], [new UnitAssignment(U("web", 0), new MachineId(2))]), RejectionReason.ModelConflict, "zone a is cordoned");
        _script.Do(new CordonMachineCommand(Zero, true));
        _script.Refused(Assign((U("web", 0), 0)), RejectionReason.ModelConflict, "machine 0 is cordoned");
        _script.Do(Assign((U("web", 0), 1)));
    }

    [Fact]
    public void An_agent_s_report_settles_an_open_attempt()
    {
        _script.Add(Machines(1));
        _script.Refused(Report("i-0"), RejectionReason.ModelConflict, "not launched");
        _script.Do(Begin(1));
        _script.Do(Report("i-0"));
        Assert.Equal((MachineStatus.Running, Instance), (_script.Machine(0).Status, _script.Machine(0).Instance));
        Assert.Equal(LaunchOutcome.Launched, _script.Machine(0).Attempts[0].Outcome);
        _script.Refused(Report("i-9"), RejectionReason.ModelConflict, "is instance i-0, not i-9");
        var revision = _script.Script.Keyspace.Revision;
        _script.Do(Report("i-0"));
        Assert.Equal(revision, _script.Script.Keyspace.Revision);
    }

    [Fact]
    public void A_machine_with_units_goes_only_by_force()
    {
        _script.AddRunning();
        _script.Do(Deploy("web", 2));
        _script.Do(Assign((U("web", 0), 0), (U("web", 1), 0)));
        _script.Refused(
            new RemoveMachinesCommand([Zero], Force: false), RejectionReason.ModelConflict, "machine 0 has unit \"web/0\" and 1 more assigned");
        _script.Do(new RemoveMachinesCommand([Zero, Zero], Force: true));
        Assert.Equal((Life.Dying, MachineStatus.Terminating), (_script.Machine(0).Life, _script.Machine(0).Status));
        Assert.Equal(Zero, _script.Unit("web", 0).Predecessor!.Machine);
        _script.Do(new MachineTerminatedCommand(Zero));
        Assert.Null(_script.Unit("web", 0).Predecessor);
        Assert.Empty(_script.Model.Machines);
        _script.Refused(new MachineTerminatedCommand(Zero), RejectionReason.ModelNotFound, "machine 0 not found");
    }

    [Fact]
    public void A_machine_removed_while_it_is_launched_is_terminated_afterwards()
    {
        _script.Add(Machines(2));
        _script.Do(Begin(1));
        _script.Do(Begin(1) with { Machine = new MachineId(1) });
        _script.Do(new RemoveMachinesCommand([Zero, new MachineId(1)], Force: false));
        _script.Do(new EndLaunchCommand(Zero, 1, LaunchOutcome.Launched, Instance, ""));
        Assert.Equal(MachineStatus.Terminating, _script.Machine(0).Status);
        _script.Do(End(1, LaunchOutcome.Transient) with { Machine = new MachineId(1) });
        Assert.Equal([Zero], _script.Model.Machines.Keys);
    }

    [Fact]
    public void A_lost_machine_s_units_wait_until_they_are_taken_away_or_it_is_gone()
    {
        _script.AddRunning();
        _script.Do(Deploy("web", 1));
        _script.Do(Assign((U("web", 0), 0)));
        _script.Refused(new MachineTerminatedCommand(Zero), RejectionReason.ModelConflict, "neither lost");
        _script.Do(new MarkMachineLostCommand(Zero, "silent for 30 s"));
        _script.Do(new MarkMachineLostCommand(Zero, "again"));
        Assert.Equal((MachineStatus.Lost, "silent for 30 s"), (_script.Machine(0).Status, _script.Machine(0).Message));
        Assert.Equal(Zero, _script.Unit("web", 0).Machine);
        _script.Do(Report("i-0") with { Address = "elsewhere:22" });
        Assert.Equal(MachineStatus.Lost, _script.Machine(0).Status);
        _script.Do(new MarkMachineReturnedCommand(Zero));
        _script.Do(new MarkMachineReturnedCommand(Zero));
        Assert.Equal(MachineStatus.Running, _script.Machine(0).Status);
        _script.Do(new MarkMachineLostCommand(Zero, "gone"));
        _script.Do(new MachineTerminatedCommand(Zero));
        Assert.Equal((null, null), (_script.Unit("web", 0).Machine, _script.Unit("web", 0).Predecessor));
    }

    [Fact]
    public void What_was_never_launched_can_t_be_lost()
    {
        _script.Add(Machines(1));
        _script.Refused(new MarkMachineLostCommand(Zero, "silent"), RejectionReason.ModelConflict, "not launched");
        _script.Do(new RetryProvisioningCommand(Zero));
        Assert.Equal(1, _script.Machine(0).Retries);
        _script.Do(Begin(1));
        _script.Refused(new RetryProvisioningCommand(Zero), RejectionReason.ModelConflict, "nothing to retry");
    }

    [Fact]
    public void A_state_server_s_machine_is_taken_in_once_and_not_removed()
    {
        var adopt = new AdoptMachineCommand(new NodeId(5), "trusty", new Zone("a"), Instance, "h:1");
        Assert.Equal((0, 1), Numbers(_script.Add(adopt)));
        Assert.Equal((0, 1), Numbers(_script.Add(adopt)));
        Assert.Single(_script.Model.Machines);
        _script.Refused(adopt with { StateServer = new NodeId(6) }, RejectionReason.ModelExists, "machine 0");
        _script.Refused(new RemoveMachinesCommand([Zero], Force: true), RejectionReason.ModelConflict, "machine 0 is required by the environment");
        Assert.Contains("\"stateServer\":\"5\"", _script.Value("machines/0"), StringComparison.Ordinal);
    }

    [Fact]
    public void Cordons_and_failures_of_zones_are_remembered()
    {
        _script.Add(Machines(1));
        _script.Do(new CordonMachineCommand(Zero, true));
        Assert.True(_script.Machine(0).Cordoned);
        Fail("a", LaunchOutcome.CapacityExhausted);
        _script.Do(new CordonZoneCommand(new Zone("a"), true));
        Assert.Equal(
            new ZoneRecord(new Zone("a"), true, _script.Now + ModelLimits.ZoneFailureMilliseconds, "no room"),
            Assert.Single(_script.Model.Zones.Values));
        Fail("b", LaunchOutcome.ZoneUnavailable);
        _script.Do(new ClearAvoidedZonesCommand([new Zone("a"), new Zone("c")]));
        Assert.Equal(
            [new ZoneRecord(new Zone("a"), true, 0, ""), new ZoneRecord(new Zone("b"), false, _script.Now + ModelLimits.ZoneFailureMilliseconds, "no room")],
            _script.Model.Zones.Values);
        _script.Do(new ClearAvoidedZonesCommand([new Zone("b")]));
        _script.Refused(new ClearAvoidedZonesCommand([]), RejectionReason.InvalidArgument, "0 zones");
        _script.Do(new CordonZoneCommand(new Zone("a"), false));
        Assert.Empty(_script.Model.Zones);
        Assert.DoesNotContain(_script.Keys(), key => key.StartsWith("zones", StringComparison.Ordinal));
        _script.Refused(new CordonZoneCommand(new Zone("a,b"), true), RejectionReason.InvalidArgument, "invalid availability zone");
    }

    /// <summary>What is typed and what the log takes is one rule.</summary>
    [Theory]
    [InlineData("a:b")]
    [InlineData("")]
    [InlineData(null)]
    public void A_zone_s_name_that_is_none_is_refused_as_where_it_is_typed(string? name)
    {
        var wrong = Zone.TryParse(name ?? "", out _);
        Assert.Equal(wrong, _script.Refused(new CordonZoneCommand(new Zone(name!), true)).Detail);
    }

    [Fact]
    public void A_zone_s_name_is_bounded()
    {
        _script.Do(new CordonZoneCommand(new Zone(new string('a', Zone.MostCharacters)), true));
        _script.Refused(new CordonZoneCommand(new Zone(new string('a', Zone.MostCharacters + 1)), true), RejectionReason.InvalidArgument, "1 to 64");
    }

    /// <summary>Nobody sees the failure without what is remembered of it, and chooses the same zone again.</summary>
    [Theory]
    [InlineData(LaunchOutcome.CapacityExhausted, true)]
    [InlineData(LaunchOutcome.ZoneUnavailable, true)]
    [InlineData(LaunchOutcome.QuotaExceeded, false)]
    [InlineData(LaunchOutcome.Unauthorized, false)]
    [InlineData(LaunchOutcome.InvalidRequest, false)]
    [InlineData(LaunchOutcome.Transient, false)]
    public void A_failure_of_the_zone_alone_is_remembered_with_it(LaunchOutcome outcome, bool isRemembered)
    {
        _script.Add(Machines(1));
        var before = _script.Script.Keyspace.Revision.Value;
        Fail("a", outcome);
        Assert.Equal((null, before + 2), (_script.Machine(0).Zone, _script.Script.Keyspace.Revision.Value));
        Assert.Equal(isRemembered, _script.Model.Zones.ContainsKey(new Zone("a")));
        Assert.Equal(isRemembered, _script.Keys().Contains("zones/a"));
    }

    [Fact]
    public void Machines_of_a_service_that_wait_for_a_launch_ask_for_its_new_constraints()
    {
        var large = Constraints.None with { MemoryMiB = 1 << 20 };
        var small = Constraints.None with { MemoryMiB = 1024 };
        var added = new NewMachine("trusty", large, PlacementDirective.None, new Zone("a"));
        _script.Add(Machines(1) with { Constraints = large });
        var running = _script.AddRunning();
        _script.Do(Deploy("web", 3) with { Constraints = large });
        _script.Do(Deploy("db", 1) with { Constraints = large });
        _script.Do(new AddUnitsCommand(new ServiceName("web"), 1, new PlacementDirective(null, Zero)));
        _script.Do(new AssignUnitsCommand(
            2,
            [added, added, added],
            [
                new UnitAssignment(U("web", 0), new MachineId(2)),
                new UnitAssignment(U("web", 1), new MachineId(3)),
                new UnitAssignment(U("db", 0), new MachineId(4)),
                new UnitAssignment(U("web", 2), new MachineId(running)),
                new UnitAssignment(U("web", 3), Zero),
            ]));
        Fail("a", LaunchOutcome.InvalidRequest, machine: 2);
        _script.Do(Begin(1) with { Machine = new MachineId(3) });
        _script.Do(new SetConstraintsCommand(new ServiceName("web"), small));
        Assert.Equal((1024, ""), (_script.Machine(2).Constraints.MemoryMiB, _script.Machine(2).Message));

        // What an operator added, what runs, what is another's: as they were. A launch under way is repeated as it was.
        Assert.Equal([1 << 20, null, 1 << 20, 1 << 20], new[] { 0, running, 3, 4 }.Select(m => _script.Machine(m).Constraints.MemoryMiB));
        _script.Do(End(1, LaunchOutcome.CapacityExhausted) with { Machine = new MachineId(3) });
        Assert.Equal(1024, _script.Machine(3).Constraints.MemoryMiB);
        Fail("a", LaunchOutcome.CapacityExhausted);
        Assert.Equal(1 << 20, _script.Machine(0).Constraints.MemoryMiB);
    }

    [Fact]
    public void As_many_machines_as_a_command_may_change_ask_anew_at_once()
    {
        var added = new NewMachine("trusty", Constraints.None, PlacementDirective.None, new Zone("a"));
        var web = new ServiceName("web");
        var script = new ModelScript().Script;
        script.Run(Deploy("web", ModelLimits.MostPerCommand));
        script.Run(new AddUnitsCommand(web, 1, PlacementDirective.None));
        foreach (var (first, count) in new[] { (0, ModelLimits.MostPerCommand), (ModelLimits.MostPerCommand, 1) })
        {
            var numbers = Enumerable.Range(first, count);
            Assert.IsNotType<Rejection>(script.Run(new AssignUnitsCommand(
                first, [.. numbers.Select(_ => added)], [.. numbers.Select(n => new UnitAssignment(new UnitName(web, n), new MachineId(n)))])));
        }

        script.Run(new SetConstraintsCommand(web, Constraints.None with { CpuCores = 2 }));
        Assert.Equal(ModelLimits.MostPerCommand, script.State.Model.Machines.Values.Count(m => m.Constraints.CpuCores == 2));
    }

    private void Fail(string zone, LaunchOutcome outcome, int machine = 0)
    {
        var number = (_script.Machine(machine).Attempts.LastOrDefault()?.Number ?? 0) + 1;
        _script.Do(new BeginLaunchCommand(new MachineId(machine), number, new Zone(zone), Hash));
        _script.Do(End(number, outcome) with { Machine = new MachineId(machine) });
    }

    private static BeginLaunchCommand Begin(int number) => new(Zero, number, new Zone("a"), Hash);

    private static EndLaunchCommand End(int number, LaunchOutcome outcome) => new(Zero, number, outcome, null, "no room");

    private static ReportMachineCommand Report(string instance) => new(Zero, new InstanceId(instance), "h:22", "1");

    private static (int First, int Count) Numbers(AddedOutcome added) => (added.First, added.Count);

    [Fact]
    public void A_machine_that_waits_is_asked_for_as_its_service_asks_now_and_never_while_it_is_launched()
    {
        Constraints big = Constraints.None with { MemoryMiB = 1 << 30 };
        Constraints small = Constraints.None with { MemoryMiB = 512 };
        _script.Do(Deploy("web", 2) with { Constraints = big });
        _script.Do(new AssignUnitsCommand(
            0, [new NewMachine("trusty", big, PlacementDirective.None, new Zone("a"))], [new UnitAssignment(U("web", 0), Zero)]));
        _script.Add(Machines(1));
        _script.Do(Begin(1));
        _script.Do(new SetConstraintsCommand(new ServiceName("web"), small));

        // The bytes of an attempt under way never change; the next attempt is another.
        Assert.Equal(big, _script.Machine(0).Constraints);
        _script.Do(End(1, LaunchOutcome.InvalidRequest));
        Assert.Equal(small, _script.Machine(0).Constraints);
        _script.Do(new SetConstraintsCommand(new ServiceName("web"), big));
        Assert.Equal((big, ""), (_script.Machine(0).Constraints, _script.Machine(0).Message));

        // A machine that an operator named is the operator's own matter.
        _script.Do(Deploy("named", 1) with { Directive = new PlacementDirective(null, new MachineId(1)) });
        _script.Do(Assign((U("named", 0), 1)));
        _script.Do(new SetConstraintsCommand(new ServiceName("named"), big));
        Assert.Equal(Constraints.None, _script.Machine(1).Constraints);
    }
}
