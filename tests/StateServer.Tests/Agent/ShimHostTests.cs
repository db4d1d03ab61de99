using StateServer.Agent.Logs;
using StateServer.Agent.Native;
using StateServer.Agent.Units;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;
using StateServer.StateServer.Tests.Agent.Hosting;

namespace StateServer.StateServer.Tests.Agent;

/// <summary>Units below real shims.</summary>
public sealed class ShimHostTests : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly AgentBed _bed = new();
    private readonly ShimHost _host;

    public ShimHostTests() => _host = new ShimHost(_bed.Folder, AgentBed.Executable);

    private string Pid => _bed.Shared("pid");

    [Fact]
    public async Task A_unit_runs_in_its_own_session_with_its_variables_and_its_exit_code_is_kept()
    {
        UnitOrder order = Order($"echo hello $COLOUR; cut -d' ' -f1,5,6 /proc/self/stat | tr ' ' '\\n' > {Pid}; pwd >> {Pid}; exit 7");
        _host.Start(order, 0);
        await EndedAsync();
        Assert.Equal(new UnitExit(order.Token, UnitEnd.Ended, 7, ""), _host.ExitOf(order));
        Assert.Equal("hello red\n", Printed());
        string[] written = File.ReadAllLines(Pid);
        Assert.Equal(written[1], written[2]);
        Assert.NotEqual(written[0], written[1]);
        Assert.Equal(_bed.Unit(0).Work, written[3]);
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_said_to_be_missing()
    {
        UnitOrder order = Order("") with { Command = ["/no/such/program"] };
        _host.Start(order, 0);
        await EndedAsync();
        UnitExit exit = _host.ExitOf(order)!;
        Assert.Equal(UnitEnd.NotStarted, exit.End);
        Assert.Equal("/no/such/program can't be started: No such file or directory", exit.Message);
    }

    [Fact]
    public async Task Asked_to_stop_it_gets_term_and_may_say_farewell()
    {
        UnitOrder order = Order($"trap 'echo bye; exit 5' TERM; echo $$ > {Pid}; while :; do read x < /dev/null; sleep 0.05; done") with { GraceSeconds = 30 };
        _host.Start(order, 0);
        await PidAsync();
        _host.AskToStop(order.Unit);
        await EndedAsync();
        Assert.Equal(new UnitExit(order.Token, UnitEnd.Asked, 5, ""), _host.ExitOf(order));
        Assert.EndsWith("bye\n", Printed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_that_ignores_term_is_killed_after_its_grace_with_all_its_group()
    {
        UnitOrder order = Order($"trap '' TERM; sleep 1000 & echo $! > {_bed.Shared("child")}; echo $$ > {Pid}; wait; wait; sleep 1000") with { GraceSeconds = 1 };
        _host.Start(order, 0);
        int pid = await PidAsync();
        int child = AgentBed.NumberIn(_bed.Shared("child"))!.Value;
        long asked = ProcessCalls.BootTimeNanoseconds();
        _host.AskToStop(order.Unit);
        await EndedAsync();
        Assert.True(ProcessCalls.BootTimeNanoseconds() - asked >= Second, "it did not get its grace");
        Assert.Equal(new UnitExit(order.Token, UnitEnd.Asked, 137, ""), _host.ExitOf(order));
        Assert.False(AgentBed.Lives(pid));
        await AgentBed.UntilAsync(() => !AgentBed.Lives(child), "the killed child is gone");
    }

    [Fact]
    public async Task A_process_that_left_its_group_ends_with_the_unit()
    {
        UnitOrder order = Order($"setsid sh -c 'echo $$ > {_bed.Shared("child")}; exec sleep 1000' & while [ ! -s {_bed.Shared("child")} ]; do sleep 0.05; done; exit 0");
        _host.Start(order, 0);
        await EndedAsync();
        int child = AgentBed.NumberIn(_bed.Shared("child"))!.Value;
        await AgentBed.UntilAsync(() => !AgentBed.Lives(child), "the killed child is gone");
    }

    [Fact]
    public async Task A_lease_that_is_renewed_keeps_it_and_one_that_is_not_ends_it()
    {
        UnitOrder order = Order($"echo $$ > {Pid}; exec sleep 1000") with { IsSingleton = true, LeaseSeconds = 3 };
        long end = ProcessCalls.BootTimeNanoseconds() + (20 * Second);
        _host.Start(order, end);
        int pid = await PidAsync();
        _host.Renew(order.Unit, end + (2 * Second));
        DateTime over = TimeProvider.System.GetUtcNow().UtcDateTime.AddMicroseconds((end - ProcessCalls.BootTimeNanoseconds()) / 1000);
        await EndedAsync();

        // The record tells when it ended, however late this test looks.
        Assert.True(File.GetLastWriteTimeUtc(_bed.Unit(0).ExitFile) > over.AddSeconds(1), "the renewal was not seen");
        Assert.True(ProcessCalls.BootTimeNanoseconds() >= end + (2 * Second));
        Assert.Equal(UnitEnd.LeaseEnded, _host.ExitOf(order)!.End);
        Assert.False(AgentBed.Lives(pid));
    }

    [Fact]
    public async Task A_lease_that_is_over_starts_nothing()
    {
        UnitOrder order = Order($"echo $$ > {Pid}") with { IsSingleton = true, LeaseSeconds = 3 };
        _host.Start(order, ProcessCalls.BootTimeNanoseconds() - 1);
        await EndedAsync();
        Assert.Equal(UnitEnd.LeaseEnded, _host.ExitOf(order)!.End);
        Assert.False(File.Exists(Pid));
    }

    [Fact]
    public async Task Output_stays_within_the_limit_and_its_end_is_kept()
    {
        UnitOrder order = Order("i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done");
        _host.Start(order, 0);
        await EndedAsync();
        Assert.Equal(0, _host.ExitOf(order)!.Code);
        Assert.True(Directory.EnumerateFiles(_bed.Unit(0).Logs).Sum(f => new FileInfo(f).Length) <= order.LogBytes);
        Assert.EndsWith("line 19998\nline 19999\n", Printed(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_whose_shim_was_killed_is_found_by_its_token_and_killed()
    {
        UnitOrder order = Order($"echo $$ > {Pid}; exec sleep 1000");
        _host.Start(order, 0);
        int pid = await PidAsync();
        Assert.True(ProvenSignal.Send(_bed.Unit(0).Path, LibC.SigKill));
        await EndedAsync();
        Assert.True(AgentBed.Lives(pid));
        Assert.Null(_host.ExitOf(order));
        Assert.True(_host.Kill(order));
        await AgentBed.UntilAsync(() => !AgentBed.Lives(pid), "the unit has ended");
    }

    [Fact]
    public async Task A_shim_that_has_not_claimed_its_folder_yet_is_killed_with_its_run()
    {
        UnitOrder order = Order($"echo $$ > {Pid}; exec sleep 1000");

        // One that never gets as far as its claim.
        using var host = new ShimHost(_bed.Folder, ["/bin/sh", "-c", "exec sleep 1000"]);
        host.Start(order, 0);

        // Of the next agent: it has no handle, and there is no claim to find.
        using var next = new ShimHost(_bed.Folder, AgentBed.Executable);
        Assert.True(next.Kill(order));
        await AgentBed.UntilAsync(
            () =>
            {
                host.Look();
                return !host.Runs(order.Unit);
            },
            "the shim has ended");
        Assert.False(File.Exists(Pid));
    }

    [Fact]
    public async Task A_shim_that_is_asked_to_stop_before_it_started_anything_starts_nothing()
    {
        UnitOrder order = Order("") with { Command = ["/no/such/program"] };
        Directory.CreateDirectory(_bed.Unit(0).Path);
        int shim;
        using (FolderLock.TryTake(_bed.Unit(0).Path))
        {
            _host.Start(order, 0);
            await AgentBed.UntilAsync(() => UnitProcesses.MarkOf(order.Token).Bearers().Any(p => HandlesTerm(p.Pid)), "the shim handles TERM");
            shim = UnitProcesses.MarkOf(order.Token).Bearers()[0].Pid;
            AgentBed.Signal(shim, LibC.SigTerm);
        }

        // Where it waited for the folder longer than it does, it has ended without a word.
        await AgentBed.UntilAsync(() => !AgentBed.Lives(shim), "the shim has ended");
        Assert.NotEqual(UnitEnd.NotStarted, _host.ExitOf(order)?.End);
    }

    [Fact]
    public async Task Another_host_finds_what_runs_and_one_folder_has_one_run()
    {
        UnitOrder order = Order($"echo $$ > {Pid}; exec sleep 1000");
        _host.Start(order, 0);
        int pid = await PidAsync();
        using var next = new ShimHost(_bed.Folder, AgentBed.Executable);
        Assert.Equal(order.Token, Assert.Single(next.Found()).Token);
        next.Look();
        Assert.True(next.Runs(order.Unit));
        next.AskToStop(order.Unit);
        await AgentBed.UntilAsync(
            () =>
            {
                next.Look();
                return !next.Runs(order.Unit);
            },
            "the unit has ended");
        Assert.Equal(UnitEnd.Asked, next.ExitOf(order)!.End);
        Assert.False(AgentBed.Lives(pid));
        next.Remove(order.Unit);
        Assert.False(Directory.Exists(_bed.Unit(0).Path));
    }

    public void Dispose()
    {
        _host.Dispose();
        _bed.Dispose();
    }

    /// <summary>Whether a process has a handler of its own for TERM (SigCgt of /proc/PID/status, proc(5)).</summary>
    private static bool HandlesTerm(int pid)
    {
        try
        {
            string line = File.ReadLines($"/proc/{pid}/status").First(l => l.StartsWith("SigCgt:", StringComparison.Ordinal));
            return (Convert.ToUInt64(line[7..].Trim(), 16) & (1UL << (LibC.SigTerm - 1))) != 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static UnitOrder Order(string script, int number = 0) => new(
        UnitOrder.CurrentFormat, "web", number, 5, 0, $"token-{Guid.NewGuid():N}", ["/bin/sh", "-c", script],
        ["COLOUR=red", "PATH=/usr/bin:/bin"], 1, "127.0.0.1:1", false, 0, 10, 64 << 10);

    private string Printed() => System.Text.Encoding.UTF8.GetString(UnitLogReading.Read(_bed.Unit(0).Logs, -1000, 1000).Data.Span);

    private async Task<int> PidAsync()
    {
        await AgentBed.UntilAsync(() => AgentBed.NumberIn(Pid) is not null, "the unit has started");
        return AgentBed.NumberIn(Pid)!.Value;
    }

    private Task EndedAsync() => AgentBed.UntilAsync(() => Ended(0), "the unit has ended");

    private bool Ended(int number)
    {
        _host.Look();
        return !_host.Runs(Assigned.Web(number));
    }
}
