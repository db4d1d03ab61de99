using Grpc.Core;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Protos.Agent;
using Kind = StateServer.Protos.Agent.ServerMessage.KindOneofCase;
using UnitStatus = StateServer.Protos.Agent.UnitStatus;

namespace StateServer.StateServer.Tests.Agents;

/// <summary>Agents' streams on the leader: who is let in, what is answered when, and what enters the log.</summary>
public sealed class AgentDeskTests
{
    [Fact]
    public async Task An_agent_is_registered_and_gets_its_assignment_and_each_change_of_it()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var machine = desk.AddMachine();
        desk.Deploy("web", 2);
        desk.Assign("web", 0, machine);
        var line = desk.Connect(DeskUnderTest.Hello(machine));
        var first = (await line.NextAsync()).Assignment;
        Assert.Equal((4UL, 1L, "a"), (first.EnvironmentId, first.Incarnation, first.Zone));
        Assert.Equal([("web", 0, 1L)], first.Units.Select(unit => (unit.Service, unit.Number, unit.Assignment)));
        Assert.Equal((MachineStatus.Running, "10.0.0.1"), (desk.Replica.Model.Machines[machine].Status, desk.Replica.Model.Machines[machine].Address));

        desk.Assign("web", 1, machine);
        await desk.UntilAsync(() => line.HasMore);
        var second = (await line.NextAsync()).Assignment;
        Assert.Equal([0, 1], second.Units.Select(unit => unit.Number));
        Assert.True(second.Revision > first.Revision);
    }

    /// <summary>What another machine's units do is no news.</summary>
    [Fact]
    public async Task A_change_elsewhere_is_pushed_to_nobody_else()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var (one, two) = (desk.AddMachine(), desk.AddMachine());
        desk.Deploy("web", 2);
        var (first, second) = (desk.Connect(DeskUnderTest.Hello(one)), desk.Connect(DeskUnderTest.Hello(two)));
        await first.NextAsync(Kind.Assignment);
        await second.NextAsync(Kind.Assignment);
        desk.Assign("web", 0, two);
        await desk.UntilAsync(() => second.HasMore);
        Assert.Single((await second.NextAsync()).Assignment.Units);
        Assert.False(first.HasMore);

        // A unit that leaves is pushed to the machine it leaves.
        desk.Replica.Do(new UnassignUnitsCommand([new AssignmentReference(new UnitName(new ServiceName("web"), 0), 1)], "moved"));
        await desk.UntilAsync(() => second.HasMore);
        Assert.Empty((await second.NextAsync()).Assignment.Units);
        Assert.False(first.HasMore);

        // What all units of a service share is pushed to all it concerns.
        desk.Assign("web", 1, one);
        await desk.UntilAsync(() => first.HasMore);
        await first.NextAsync();
        desk.Replica.Do(new ExposeServiceCommand(new ServiceName("web"), [8080]));
        await desk.UntilAsync(() => first.HasMore);
        Assert.Equal([8080], (await first.NextAsync()).Assignment.Units.Single().Ports);
    }

    [Theory]
    [InlineData("environment", StatusCode.FailedPrecondition, "this is environment 4, not 5")]
    [InlineData("incarnation", StatusCode.FailedPrecondition, "this is incarnation 1 of the environment, not 2")]
    [InlineData("machine", StatusCode.NotFound, "the environment has no machine 9")]
    [InlineData("instance", StatusCode.PermissionDenied, "machine 0 is instance i-0, not i-77")]
    [InlineData("nothing", StatusCode.InvalidArgument, "a hello names environment, incarnation, machine, instance and address")]
    public async Task Who_is_not_of_the_environment_is_refused(string what, StatusCode code, string message)
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var hello = DeskUnderTest.Hello(desk.AddMachine());
        _ = what switch
        {
            "environment" => hello.EnvironmentId = 5,
            "incarnation" => (ulong)(hello.Incarnation = 2),
            "machine" => (ulong)(hello.Machine = 9),
            "instance" => (ulong)(hello.Instance = "i-77").Length,
            _ => (ulong)(hello.Address = "").Length,
        };
        Assert.Equal(new Status(code, message), await desk.Connect(hello).EndAsync());
        Assert.Empty(desk.Replica.Proposed);
    }

    /// <summary>An instance of an attempt that was given up may call: which attempt's it is, only the provider knows.</summary>
    [Fact]
    public async Task Nobody_is_let_in_for_a_launch_whose_outcome_is_unknown()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var machine = new MachineId(desk.Replica.Model.NextMachine);
        desk.Replica.Do(new AddMachinesCommand(1, "noble", Constraints.None, PlacementDirective.None));
        desk.Replica.Do(new BeginLaunchCommand(machine, 1, new Zone("a"), new string('0', 64)));
        Assert.Equal(StatusCode.Unavailable, (await desk.Connect(DeskUnderTest.Hello(machine)).EndAsync())!.Value.StatusCode);
        Assert.Equal(MachineStatus.Launching, desk.Replica.Model.Machines[machine].Status);
    }

    [Fact]
    public async Task A_member_that_does_not_lead_says_who_does()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var hello = DeskUnderTest.Hello(desk.AddMachine());
        desk.Replica.Register();
        desk.Replica.Lead(null);
        desk.Replica.Position = new(Reports.SampleCluster.Ids[1], DeskReplica.Term, false);
        var line = desk.Connect(hello);
        Assert.Null(await line.EndAsync());
        Assert.Equal("127.0.0.1:2389", (await line.NextAsync()).Redirect.Leader);
        desk.Replica.Position = new(default, DeskReplica.Term, false);
        Assert.Equal(StatusCode.Unavailable, (await desk.Connect(hello).EndAsync())!.Value.StatusCode);
    }

    /// <summary>A leader that was deposed without knowing it must keep no singleton alive.</summary>
    [Fact]
    public async Task A_heartbeat_is_answered_only_after_a_quorum_round_that_began_after_it()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var machine = desk.AddMachine();
        var line = desk.Connect(DeskUnderTest.Hello(machine));
        await line.NextAsync(Kind.Assignment);
        var held = desk.Replica.Round = new TaskCompletionSource();
        line.Beat(1);
        await desk.UntilAsync(() => desk.Replica.Rounds == 1);

        // These came after that round began: they wait for the next one, which all of them share.
        line.Beat(2);
        line.Beat(3);
        desk.Time.Advance(TimeSpan.FromMilliseconds(400));
        Assert.False(line.HasMore);
        var granted = desk.Contacts.SinceGranted(machine);
        Assert.True(granted >= TimeSpan.FromMilliseconds(400), $"granted {granted} ago");
        var next = desk.Replica.Round = new TaskCompletionSource();
        held.SetResult();
        Assert.Equal(1, (await line.NextAsync()).Heartbeat.Number);
        Assert.True(desk.Contacts.SinceGranted(machine) < TimeSpan.FromMilliseconds(400));
        await desk.UntilAsync(() => desk.Replica.Rounds == 2);
        Assert.False(line.HasMore);
        next.SetResult();
        Assert.Equal(2, (await line.NextAsync()).Heartbeat.Number);
        Assert.Equal(3, (await line.NextAsync()).Heartbeat.Number);
        Assert.Equal(2, desk.Replica.Rounds);
    }

    [Fact]
    public async Task A_round_that_ends_in_another_term_answers_nothing_and_ends_the_stream()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var line = desk.Connect(DeskUnderTest.Hello(desk.AddMachine()));
        await line.NextAsync(Kind.Assignment);
        var round = desk.Replica.Round = new TaskCompletionSource();
        line.Beat(1);
        await desk.UntilAsync(() => desk.Replica.Rounds == 1);
        desk.Replica.Lead(DeskReplica.Term + 1);
        round.SetResult();
        await line.EndAsync();
        Assert.False(line.HasMore);
    }

    [Fact]
    public async Task The_end_of_the_term_ends_all_streams()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var line = desk.Connect(DeskUnderTest.Hello(desk.AddMachine()));
        await line.NextAsync(Kind.Assignment);
        desk.Replica.Lead(null);
        await desk.UntilAsync(() => line.Stream.IsCompleted);
        Assert.Equal(0, desk.Desk.Count);
    }

    [Fact]
    public async Task A_stream_whose_agent_is_silent_is_ended_and_a_newer_one_ends_the_older()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var machine = desk.AddMachine();
        var older = desk.Connect(DeskUnderTest.Hello(machine));
        await older.NextAsync(Kind.Assignment);
        var newer = desk.Connect(DeskUnderTest.Hello(machine));
        await newer.NextAsync(Kind.Assignment);
        Assert.Null(await older.EndAsync());
        Assert.Equal(1, desk.Desk.Count);
        Assert.True(desk.Contacts.IsConnected(machine));
        await desk.UntilAsync(() => newer.Stream.IsCompleted);
        Assert.InRange(desk.Contacts.SinceHeard(machine), TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1));
        Assert.False(desk.Contacts.IsConnected(machine));
    }

    [Fact]
    public async Task Reports_enter_the_log_where_they_change_the_model_and_are_acknowledged_always()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var machine = desk.AddMachine();
        desk.Deploy("web", 1);
        desk.Assign("web", 0, machine);
        var line = desk.Connect(DeskUnderTest.Hello(machine));
        await line.NextAsync(Kind.Assignment);
        desk.Replica.Unknown = 1;
        line.Say(new AgentMessage { Report = DeskUnderTest.Report(1, "web", 0, 1, UnitStatus.Running) });
        await desk.UntilAsync(() => line.HasMore);
        Assert.Equal(1, (await line.NextAsync(Kind.Acknowledged)).Acknowledged.Report);
        Assert.Equal(Domain.Model.UnitStatus.Running, desk.Unit("web", 0).Status);

        var before = desk.Replica.Proposed.Count;
        line.Say(new AgentMessage { Report = DeskUnderTest.Report(2, "web", 0, 1, UnitStatus.Running) });
        line.Say(new AgentMessage { Report = DeskUnderTest.Report(3, "other", 7, 9, UnitStatus.Stopped) });
        await desk.UntilAsync(() => line.HasMore);
        var acknowledged = (await line.NextAsync(Kind.Acknowledged)).Acknowledged.Report;
        if (acknowledged != 3)
        {
            Assert.Equal(2, acknowledged);
            Assert.Equal(3, (await line.NextAsync(Kind.Acknowledged)).Acknowledged.Report);
        }

        Assert.Equal(before, desk.Replica.Proposed.Count);
    }

    [Fact]
    public async Task A_singleton_is_left_out_until_its_predecessor_has_ended()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var (from, to) = (desk.AddMachine(), desk.AddMachine());
        desk.Deploy("one", 1, singleton: true);
        desk.Assign("one", 0, from);
        var old = desk.Connect(DeskUnderTest.Hello(from));
        Assert.Single((await old.NextAsync(Kind.Assignment)).Assignment.Units);
        var young = desk.Connect(DeskUnderTest.Hello(to));
        await young.NextAsync(Kind.Assignment);
        desk.Replica.Do(new UnassignUnitsCommand([new AssignmentReference(new UnitName(new ServiceName("one"), 0), 1)], "moved"));
        desk.Assign("one", 0, to);
        await desk.UntilAsync(() => old.HasMore);
        Assert.Empty((await old.NextAsync()).Assignment.Units);
        Assert.False(young.HasMore);
        old.Say(new AgentMessage { Report = DeskUnderTest.Report(1, "one", 0, 1, UnitStatus.Stopped) });
        await desk.UntilAsync(() => young.HasMore);
        Assert.Equal(2, (await young.NextAsync()).Assignment.Units.Single().Assignment);
    }

    /// <summary>It must first end what was moved; lost again on the same stream, it must come and say anew what it runs.</summary>
    [Fact]
    public async Task A_lost_machine_counts_as_returned_when_what_was_moved_has_ended_there_and_only_once_a_stream()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var machine = desk.AddMachine();
        desk.Deploy("web", 2);
        desk.Assign("web", 0, machine);
        desk.Assign("web", 1, machine);
        desk.Replica.Do(new ReportMachineCommand(machine, new InstanceId("i-0"), "10.0.0.1", "1"));
        desk.Replica.Do(new MarkMachineLostCommand(machine, "silent"));
        desk.Replica.Do(new UnassignUnitsCommand([new AssignmentReference(new UnitName(new ServiceName("web"), 0), 1)], "moved"));
        var hello = DeskUnderTest.Hello(machine);
        hello.Units.Add(DeskUnderTest.Report(1, "web", 0, 1, UnitStatus.Running));
        hello.Units.Add(DeskUnderTest.Report(2, "web", 1, 2, UnitStatus.Running));
        var line = desk.Connect(hello);
        Assert.Equal([1], (await line.NextAsync(Kind.Assignment)).Assignment.Units.Select(unit => unit.Number));
        await line.NextAsync(Kind.Acknowledged);
        await line.NextAsync(Kind.Acknowledged);
        Assert.Equal(MachineStatus.Lost, desk.Replica.Model.Machines[machine].Status);
        line.Say(new AgentMessage { Report = DeskUnderTest.Report(3, "web", 0, 1, UnitStatus.Stopped) });
        await desk.UntilAsync(() => desk.Replica.Model.Machines[machine].Status == MachineStatus.Running);
        Assert.False(line.Stream.IsCompleted);
        line.Beat(1);
        desk.Replica.Do(new MarkMachineLostCommand(machine, "an operator's word"));
        await desk.UntilAsync(() => line.Stream.IsCompleted);
    }

    [Fact]
    public async Task More_reports_than_an_agent_can_have_end_the_stream()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var hello = DeskUnderTest.Hello(desk.AddMachine());
        hello.Units.Add(Enumerable.Range(0, 512).Select(unit => DeskUnderTest.Report(0, "web", unit, 1, UnitStatus.Running)));
        var line = desk.Connect(hello);
        await line.NextAsync(Kind.Assignment);
        hello.Units.Add(DeskUnderTest.Report(0, "web", 512, 1, UnitStatus.Running));
        Assert.Equal(
            new Status(StatusCode.ResourceExhausted, "more than 512 units are reported at once"), await desk.Connect(hello).EndAsync());
    }

    [Fact]
    public async Task More_heartbeats_than_one_round_can_wait_for_end_the_stream()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var line = desk.Connect(DeskUnderTest.Hello(desk.AddMachine()));
        await line.NextAsync(Kind.Assignment);
        desk.Replica.Round = new TaskCompletionSource();
        line.Beat(0);
        await desk.UntilAsync(() => desk.Replica.Rounds == 1);
        for (var beat = 1; beat <= 65; beat++)
        {
            line.Beat(beat);
        }

        Assert.Equal(StatusCode.ResourceExhausted, (await line.EndAsync())!.Value.StatusCode);
    }

    [Fact]
    public async Task An_agent_that_does_not_read_is_cut_off()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var line = desk.Connect(DeskUnderTest.Hello(desk.AddMachine()));
        await line.NextAsync(Kind.Assignment);
        line.Deaf = new TaskCompletionSource();
        for (var beat = 1; !line.Stream.IsCompleted && beat < 3_000; beat++)
        {
            var rounds = desk.Replica.Rounds;
            line.Beat(beat);
            await desk.UntilAsync(() => desk.Replica.Rounds > rounds || line.Stream.IsCompleted);
        }

        Assert.True(line.Stream.IsCompleted);
    }

    [Theory]
    [InlineData("", 0, 1, UnitStatus.Running)]
    [InlineData("web", -1, 1, UnitStatus.Running)]
    [InlineData("web", 0, 0, UnitStatus.Running)]
    [InlineData("web", 0, 1, UnitStatus.Unspecified)]
    public async Task A_report_that_can_not_be_right_ends_the_stream(string service, int unit, long assignment, UnitStatus status)
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var line = desk.Connect(DeskUnderTest.Hello(desk.AddMachine()));
        await line.NextAsync(Kind.Assignment);
        line.Say(new AgentMessage { Report = DeskUnderTest.Report(1, service, unit, assignment, status) });
        Assert.Equal(StatusCode.InvalidArgument, (await line.EndAsync())!.Value.StatusCode);
    }

    [Fact]
    public async Task A_machine_that_was_removed_is_told_nothing_more()
    {
        await using var desk = await DeskUnderTest.StartedAsync();
        var machine = desk.AddMachine();
        var line = desk.Connect(DeskUnderTest.Hello(machine));
        await line.NextAsync(Kind.Assignment);
        desk.Replica.Do(new RemoveMachinesCommand([machine], false));
        desk.Replica.Do(new MachineTerminatedCommand(machine));
        await desk.UntilAsync(() => line.Stream.IsCompleted);
        Assert.Equal(StatusCode.NotFound, (await desk.Connect(DeskUnderTest.Hello(machine)).EndAsync())!.Value.StatusCode);
    }
}
