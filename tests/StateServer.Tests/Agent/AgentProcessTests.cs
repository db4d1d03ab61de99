using System.Diagnostics;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;
using StateServer.Protos.Agent;
using StateServer.StateServer.Tests.Agent.Hosting;
using UnitStatus = StateServer.Protos.Agent.UnitStatus;

namespace StateServer.StateServer.Tests.Agent;

/// <summary>The agent as a process, its units as processes, and a leader that does as the test says.</summary>
public sealed class AgentProcessTests : IDisposable
{
    private const int SigStop = 19, SigCont = 18;

    private readonly AgentBed _bed = new();

    [Fact]
    public async Task Units_outlive_an_agent_that_is_killed_and_the_next_one_takes_them_up()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(
            Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo $$ >> {Pid(0)}; while :; do echo tick; sleep 0.05; done"),
            Assigned.Unit(1, 6, "/bin/sh", "-c", $"echo $$ >> {Pid(1)}; exec sleep 1000").Singleton(60));
        Process first = _bed.StartAgent();
        int[] pids = [await StartedAsync(0), await StartedAsync(1)];
        await ReportedAsync(leader, 0, 5, UnitStatus.Running);
        await ReportedAsync(leader, 1, 6, UnitStatus.Running);

        first.Kill();
        await first.WaitForExitAsync();
        int hellos = leader.Hellos.Count;
        long printed = LogEnd();
        await AgentBed.UntilAsync(() => LogEnd() > printed + 20, "the unit goes on printing without an agent");
        _bed.StartAgent();
        await AgentBed.UntilAsync(() => leader.Hellos.Count > hellos, "the next agent says hello");
        Assert.Equal(
            [(5L, UnitStatus.Running, 0), (6L, UnitStatus.Running, 0)],
            leader.Hellos.Last().Units.Select(u => (u.Assignment, u.Status, u.Restarts)));
        int answered = leader.Heartbeats;
        await AgentBed.UntilAsync(() => leader.Heartbeats > answered + 1, "the next agent follows");
        int[] after = [await StartedAsync(0), await StartedAsync(1)];
        Assert.Equal(pids, after);
        Assert.All(pids, pid => Assert.True(AgentBed.Lives(pid)));

        // It watches what is no child of its own.
        AgentBed.Signal(pids[0], LibC.SigKill);
        await AgentBed.UntilAsync(() => leader.Newest(0, 5) is { Restarts: 1, ExitCode: 137 }, "the end of an adopted unit is reported");
    }

    [Fact]
    public async Task A_unit_of_another_assignment_number_is_stopped_and_the_new_one_started()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo $$ > {Pid(0)}; exec sleep 1000"));
        Process first = _bed.StartAgent();
        int old = await StartedAsync(0);
        first.Kill();
        await first.WaitForExitAsync();

        leader.Assign(Assigned.Unit(0, 9, "/bin/sh", "-c", $"echo $$ > {Pid(9)}; exec sleep 1000"));
        _bed.StartAgent();
        await StartedAsync(9);
        Assert.False(AgentBed.Lives(old));
        await ReportedAsync(leader, 0, 5, UnitStatus.Stopped);
        await ReportedAsync(leader, 0, 9, UnitStatus.Running);
        Assert.Equal(143, leader.Newest(0, 5)!.ExitCode);

        leader.Assign();
        await ReportedAsync(leader, 0, 9, UnitStatus.Stopped);
        await AgentBed.UntilAsync(() => !Directory.Exists(_bed.Unit(0).Path), "the unit's folder is removed");
    }

    [Fact]
    public async Task A_singleton_ends_with_its_lease_while_the_agent_is_stopped_and_others_run_on()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(
            Assigned.Unit(0, 5, "/bin/sh", "-c", $"trap '' TERM; echo $$ > {Pid(0)}; while :; do sleep 0.1; done").Singleton(8).Grace(1),
            Assigned.Unit(1, 6, "/bin/sh", "-c", $"echo $$ >> {Pid(1)}; exec sleep 1000"));
        Process agent = _bed.StartAgent();
        int[] pids = [await StartedAsync(0), await StartedAsync(1)];

        // On a machine that is busy enough a run may lose its lease; without renewals each does.
        long since = TimeProvider.System.GetTimestamp();
        await AgentBed.UntilAsync(
            () =>
            {
                if (AgentBed.NumberIn(Pid(0)) is { } pid && pid != pids[0])
                {
                    (pids[0], since) = (pid, TimeProvider.System.GetTimestamp());
                }

                return AgentBed.Lives(pids[0]) && TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(10);
            },
            "a run outlives the lease that it began with");

        AgentBed.Signal(agent.Id, SigStop);
        long stopped = TimeProvider.System.GetTimestamp();
        await AgentBed.UntilAsync(() => !AgentBed.Lives(pids[0]), "the singleton's end");
        TimeSpan after = TimeProvider.System.GetElapsedTime(stopped);
        Assert.True(after < TimeSpan.FromSeconds(20), $"it ran on for {after}");
        Assert.True(AgentBed.Lives(pids[1]));

        AgentBed.Signal(agent.Id, SigCont);
        await AgentBed.UntilAsync(() => leader.Newest(0, 5) is { Status: UnitStatus.Running, Restarts: > 0 }, "it is started again under a new lease");
    }

    [Fact]
    public async Task A_singleton_ends_with_its_lease_when_the_leader_answers_no_more()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo $$ > {Pid(0)}; exec sleep 1000").Singleton(6));
        _bed.StartAgent();
        int pid = await StartedAsync(0);
        leader.Answers = false;
        await AgentBed.UntilAsync(() => !AgentBed.Lives(pid), "the singleton's end");
        await AgentBed.UntilAsync(() => leader.Hellos.Count > 1, "a silent leader is left");
    }

    [Fact]
    public async Task Another_environments_leader_is_refused_and_what_runs_runs_on()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo $$ > {Pid(0)}; exec sleep 1000"));
        _bed.StartAgent();
        int pid = await StartedAsync(0);
        Assignment foreign = Assigned.Of();
        foreign.Incarnation++;
        leader.Assign(foreign);
        await AgentBed.UntilAsync(() => leader.Hellos.Count > 3, "the stream is ended and opened again");
        Assert.True(AgentBed.Lives(pid));
        leader.Assign();
        await AgentBed.UntilAsync(() => !AgentBed.Lives(pid), "its own leader is obeyed");
    }

    [Fact]
    public async Task A_member_that_does_not_lead_sends_it_to_the_one_that_does()
    {
        await using FakeLeader follower = await FakeLeader.StartAsync(_bed.OtherPort, $"127.0.0.1:{_bed.LeaderPort}");
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo $$ > {Pid(0)}; exec sleep 1000"));
        _bed.StartAgent(_bed.OtherPort);
        await StartedAsync(0);
        Assert.NotEmpty(follower.Hellos);
        Hello hello = leader.Hellos.First();
        Assert.Equal(
            (Assigned.Environment, Assigned.Incarnation, 3, "i-3", "127.0.0.1"),
            (hello.EnvironmentId, hello.Incarnation, hello.Machine, hello.Instance, hello.Address));
    }

    [Fact]
    public async Task Reports_are_sent_again_to_the_next_leader_until_one_acknowledges_them()
    {
        AssignedUnit unit = Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo $$ >> {Pid(0)}; exec sleep 1000");
        await using (FakeLeader first = await FakeLeader.StartAsync(_bed.LeaderPort))
        {
            first.Acknowledges = false;
            first.Assign(unit);
            _bed.StartAgent();
            await ReportedAsync(first, 0, 5, UnitStatus.Running);
        }

        long number;
        await using (FakeLeader second = await FakeLeader.StartAsync(_bed.LeaderPort))
        {
            second.Assign(unit);
            await ReportedAsync(second, 0, 5, UnitStatus.Running);
            number = second.Newest(0, 5)!.Report;
            Assert.Equal(number, second.Hellos.First().Units.Single().Report);
            int answered = second.Heartbeats;
            await AgentBed.UntilAsync(() => second.Heartbeats > answered + 1, "the acknowledgement has arrived");
        }

        await using FakeLeader third = await FakeLeader.StartAsync(_bed.LeaderPort);
        third.Assign(unit);
        await AgentBed.UntilAsync(() => third.Heartbeats > 1, "the third is followed");
        Assert.Equal(0, third.Hellos.First().Units.Single().Report);
        Assert.Empty(third.Reports);
        await StartedAsync(0);
    }

    [Fact]
    public async Task A_units_log_is_read_through_the_stream_and_followed()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo first; echo $$ > {Pid(0)}; while [ ! -e {_bed.Shared("go")} ]; do sleep 0.05; done; echo second; exec sleep 1000"));
        _bed.StartAgent();
        await StartedAsync(0);
        await AgentBed.UntilAsync(() => LogEnd() >= 6, "the unit's first line is written");
        LogChunk tail = await AskAsync(leader, 1, 0, -1000);
        Assert.Equal("first\n", tail.Data.ToStringUtf8());
        Assert.Empty((await AskAsync(leader, 2, 0, tail.Offset + tail.Data.Length)).Data);
        File.WriteAllText(_bed.Shared("go"), "");
        await AgentBed.UntilAsync(() => LogEnd() > 6, "the unit prints on");
        LogChunk more = await AskAsync(leader, 3, 0, tail.Offset + tail.Data.Length);
        Assert.Equal("second\n", more.Data.ToStringUtf8());
        Assert.Equal("unit web/7 is not on this machine", (await AskAsync(leader, 4, 7, 0)).Error);
    }

    [Fact]
    public async Task A_leader_that_reads_nothing_more_is_left_though_what_is_said_to_it_does_not_get_out()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(Assigned.Unit(0, 5, "/bin/sh", "-c", $"head -c 60000 /dev/zero; echo $$ > {Pid(0)}; exec sleep 1000"));
        _bed.StartAgent(logLimit: "1MiB");
        await StartedAsync(0);
        await AgentBed.UntilAsync(() => LogEnd() >= 60_000, "the unit's output is written");

        // More than the windows of the stream and its connection hold.
        for (int id = 1; id <= 60; id++)
        {
            leader.Questions.Enqueue(new LogRequest { Id = id, Service = "web", Offset = 0 });
        }

        await AgentBed.UntilAsync(() => !leader.Chunks.IsEmpty, "the first answer comes");
        leader.Reads = false;
        int hellos = leader.Hellos.Count;
        await AgentBed.UntilAsync(() => leader.Hellos.Count > hellos, "the leader is left");
    }

    [Fact]
    public async Task A_local_machines_end_ends_its_units_and_their_shims()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign(Assigned.Unit(0, 5, "/bin/sh", "-c", $"echo $$ > {Pid(0)}; trap '' TERM; while :; do sleep 0.1; done"));
        var provider = new LocalProvider(
            new LocalProviderOptions(_bed.Shared("root"), m =>
            [
                AgentBed.Executable[0], "agent", "--folder", m.Folder, "--environment-id", $"{Assigned.Environment}", "--incarnation",
                $"{Assigned.Incarnation}", "--machine", "3", "--instance", "i-3", "--endpoints", $"127.0.0.1:{_bed.LeaderPort}",
            ])
            { StopGrace = TimeSpan.FromSeconds(1) },
            TimeProvider.System);
        var environment = new EnvironmentId(Assigned.Environment);
        Instance machine = await provider.LaunchAsync(
            new LaunchRequest(
                new InstanceTags(environment, Assigned.Incarnation, new MachineId(3), InstanceRole.Units), 1, new Zone("local-a"), "", null, Constraints.None, []),
            default);
        string folder = Path.Combine(_bed.Shared("root"), "machines", machine.Id.Name);
        try
        {
            int unit = await StartedAsync(0);
            Assert.Contains(unit, MachineMark.Of(folder).Bearers().Select(b => b.Pid));
            Assert.True(MachineMark.Of(folder).Bearers().Count >= 3, "the agent, the shim and the unit");

            // Also where the agent, which would have stopped them, is dead.
            Assert.True(ProvenSignal.Send(folder, LibC.SigKill));
            await provider.TerminateAsync(environment, machine.Id, default);
            Assert.Empty(MachineMark.Of(folder).Bearers());
            Assert.False(AgentBed.Lives(unit));
            Assert.False(Directory.Exists(folder));
        }
        finally
        {
            await provider.TerminateAsync(environment, machine.Id, default);
        }
    }

    [Fact]
    public async Task A_second_agent_on_a_folder_is_refused()
    {
        await using FakeLeader leader = await FakeLeader.StartAsync(_bed.LeaderPort);
        leader.Assign();
        _bed.StartAgent();
        await AgentBed.UntilAsync(() => !leader.Hellos.IsEmpty, "the first agent follows");
        Process second = _bed.StartAgent();
        await second.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.Equal(1, second.ExitCode);
    }

    public void Dispose() => _bed.Dispose();

    private static async Task<LogChunk> AskAsync(FakeLeader leader, long id, int number, long offset)
    {
        leader.Questions.Enqueue(new LogRequest { Id = id, Service = "web", Number = number, Offset = offset });
        await AgentBed.UntilAsync(() => leader.Chunks.Any(c => c.Id == id), "the log's piece has come");
        return leader.Chunks.Single(c => c.Id == id);
    }

    private static Task ReportedAsync(FakeLeader leader, int number, long assignment, UnitStatus status) =>
        AgentBed.UntilAsync(() => leader.Newest(number, assignment)?.Status == status, $"web/{number} of {assignment} is reported as {status}");

    private string Pid(int number) => _bed.Shared($"pid{number}");

    /// <summary>The one process id that a unit wrote: a second start would have written another.</summary>
    private async Task<int> StartedAsync(int number)
    {
        await AgentBed.UntilAsync(() => AgentBed.NumberIn(Pid(number)) is not null, $"the unit that writes {number} has started");
        return AgentBed.NumberIn(Pid(number))!.Value;
    }

    private long LogEnd() => (Directory.Exists(_bed.Unit(0).Logs) ? Directory.EnumerateFiles(_bed.Unit(0).Logs) : [])
        .Select(f => long.Parse(Path.GetFileName(f).AsSpan(4), System.Globalization.CultureInfo.InvariantCulture) + new FileInfo(f).Length)
        .DefaultIfEmpty()
        .Max();
}
