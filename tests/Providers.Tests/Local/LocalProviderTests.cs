using System.Collections.Immutable;
using System.Diagnostics;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Tests.Local;

/// <summary>What is the local provider's own: processes, folders, slots, and what launchers that died left.</summary>
public sealed class LocalProviderTests : IDisposable
{
    private static readonly EnvironmentId Ours = new(17);
    private readonly LocalRootUnderTest _root = new();

    [Fact]
    public async Task A_machine_is_a_process_in_a_session_of_its_own_with_its_user_data_and_mark()
    {
        Environment.SetEnvironmentVariable("STATESERVER_NODE_ID", "4711");
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", "/run/not-ours");
        Instance made = await _root.Provider().LaunchAsync(Request(0), default);
        ProcessProof process = await RunningAsync(made.Id);

        Assert.Equal(process.Pid, SessionOf(process.Pid));
        Assert.NotEqual(SessionOf(Environment.ProcessId), SessionOf(process.Pid));
        string folder = _root.FolderOf(made.Id);
        Assert.Equal(Request(0).UserData.AsEnumerable(), await File.ReadAllBytesAsync(Path.Combine(folder, "user-data")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(Path.Combine(folder, "user-data")).UnixFileMode);
        string[] environment = (await File.ReadAllTextAsync($"/proc/{process.Pid}/environ")).Split('\0');
        Assert.Contains($"{MachineMark.Variable}={folder}", environment);
        Assert.DoesNotContain(environment, e => e.StartsWith("STATESERVER_NODE_ID", StringComparison.Ordinal) || e.StartsWith("NOTIFY_SOCKET", StringComparison.Ordinal));
        await SaidAsync(Path.Combine(folder, "machine.log"), $"holds {folder}");
    }

    [Fact]
    public async Task A_dead_process_is_stopped_and_neither_a_repeated_attempt_nor_a_listing_starts_it()
    {
        LocalProvider provider = _root.Provider();
        Instance made = await provider.LaunchAsync(Request(0), default);
        await RunningAsync(made.Id);
        Assert.True(ProvenSignal.Send(_root.FolderOf(made.Id), LibC.SigKill));

        await StateAsync(made.Id, InstanceState.Stopped);
        Assert.Equal(InstanceState.Stopped, (await provider.LaunchAsync(Request(0), default)).State);
        Assert.Equal(InstanceState.Stopped, Assert.Single(await ListAsync()).State);
    }

    [Fact]
    public async Task A_slot_is_the_lowest_whose_process_is_gone_and_whose_ports_are_free()
    {
        LocalProvider provider = _root.Provider();
        Instance first = await provider.LaunchAsync(Request(0), default);
        Instance second = await provider.LaunchAsync(Request(1), default);
        await RunningAsync(first.Id);
        Assert.Equal([0, 1], new[] { first, second }.Select(SlotOf));

        ProvenSignal.Send(_root.FolderOf(first.Id), LibC.SigKill);
        await StateAsync(first.Id, InstanceState.Stopped);
        using var stranger = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, _root.FirstPort + 22);
        stranger.Start();
        Assert.Equal(0, SlotOf(await provider.LaunchAsync(Request(2), default)));
        Assert.Equal(3, SlotOf(await provider.LaunchAsync(Request(3), default)));
    }

    [Fact]
    public async Task The_quota_is_of_all_zones_and_told_apart_from_a_zones_room()
    {
        _root.Options = _root.Options with { MostMachines = 2 };
        LocalProvider provider = _root.Provider();
        await provider.LaunchAsync(Request(0), default);
        await provider.LaunchAsync(Request(1, LocalRootUnderTest.B), default);
        var full = await Assert.ThrowsAsync<QuotaExceededException>(() => provider.LaunchAsync(Request(2, LocalRootUnderTest.B), default));
        Assert.Equal(LaunchOutcome.QuotaExceeded, full.Outcome);
        Assert.Equal(2, (await ListAsync()).Length);
    }

    [Fact]
    public async Task Ports_that_others_took_leave_no_slot()
    {
        _root.Options = _root.Options with { MostMachines = 1 };
        using var stranger = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, _root.FirstPort);
        stranger.Start();
        await Assert.ThrowsAsync<QuotaExceededException>(() => _root.Provider().LaunchAsync(Request(0), default));
        Assert.Empty(_root.MachineFolders());
    }

    [Theory]
    [InlineData("parent")]
    [InlineData("stubborn")]
    public async Task Termination_ends_what_the_machine_started_and_what_does_not_listen(string mode)
    {
        _root.Options = _root.Options with
        {
            Command = m => [LocalRootUnderTest.Program, mode, m.Folder],
            StopGrace = TimeSpan.FromMilliseconds(mode == "stubborn" ? 300 : 60_000),
        };
        LocalProvider provider = _root.Provider();
        Instance made = await provider.LaunchAsync(Request(0), default);
        await RunningAsync(made.Id);
        string folder = _root.FolderOf(made.Id);
        Assert.Equal(mode == "parent" ? 2 : 1, MachineMark.Of(folder).Bearers().Count);

        await provider.TerminateAsync(Ours, made.Id, default);
        Assert.Empty(MachineMark.Of(folder).Bearers());
        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public async Task The_end_of_a_machine_whose_own_process_is_gone_ends_its_units()
    {
        _root.Options = _root.Options with { Command = m => [LocalRootUnderTest.Program, "parent", m.Folder] };
        LocalProvider provider = _root.Provider();
        Instance made = await provider.LaunchAsync(Request(0), default);
        await RunningAsync(made.Id);
        ProvenSignal.Send(_root.FolderOf(made.Id), LibC.SigKill);
        await StateAsync(made.Id, InstanceState.Stopped);
        Assert.Single(MachineMark.Of(_root.FolderOf(made.Id)).Bearers());

        await _root.Faults.KillMachineAsync("0", default);
        Assert.Empty(MachineMark.Of(_root.FolderOf(made.Id)).Bearers());
        Assert.Equal(InstanceState.Terminated, Assert.Single(await ListAsync()).State);
    }

    [Fact]
    public async Task A_holder_that_is_not_proven_is_sent_nothing_and_the_machine_never_called_ended()
    {
        LocalProvider provider = _root.Provider();
        Instance made = await provider.LaunchAsync(Request(0), default);
        await RunningAsync(made.Id);
        ProvenSignal.Send(_root.FolderOf(made.Id), LibC.SigKill);
        await StateAsync(made.Id, InstanceState.Stopped);

        // A stranger without the mark holds the folder; the proof beside the lock is the dead one's.
        var start = new ProcessStartInfo("flock", ["--no-fork", Path.Combine(_root.FolderOf(made.Id), FolderLock.LockFile), "sleep", "600"]);
        using Process stranger = Process.Start(start)!;
        try
        {
            await Until.TrueAsync(() => FolderLock.Look(_root.FolderOf(made.Id)).IsHeld, "the stranger holds nothing");
            using var interrupted = new CancellationTokenSource();
            Task killing = _root.Faults.KillMachineAsync("0", interrupted.Token);
            await Until.TrueAsync(() => LaunchRecord.Read(_root.Files.RecordOf(made.Id)).IsEnding, "its end was not decided");
            await interrupted.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => killing);
            Assert.False(stranger.HasExited);
            Assert.Equal(InstanceState.Terminating, Assert.Single(await ListAsync()).State);
        }
        finally
        {
            stranger.Kill();
            await stranger.WaitForExitAsync();
        }

        // Its end was decided: whoever looks next finds it true.
        Assert.Equal(InstanceState.Terminated, Assert.Single(await ListAsync()).State);
        Assert.Empty(_root.MachineFolders());
    }

    [Fact]
    public async Task What_a_launcher_left_that_died_before_the_start_is_removed_by_a_listing()
    {
        LocalProvider dying = _root.Provider((_, _, _, _) => throw new InvalidOperationException("the launcher died"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => dying.LaunchAsync(Request(0), default));
        Assert.Single(_root.MachineFolders());
        Assert.Empty(await ListAsync());
        Assert.Empty(_root.MachineFolders());
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named_and_leaves_nothing()
    {
        _root.Options = _root.Options with { Command = _ => ["/nowhere/at/all"] };
        var refused = await Assert.ThrowsAsync<InvalidRequestException>(() => _root.Provider().LaunchAsync(Request(0), default));
        Assert.Contains("/nowhere/at/all", refused.Message, StringComparison.Ordinal);
        Assert.Empty(_root.MachineFolders());
    }

    [Theory]
    [InlineData("", "is damaged")]
    [InlineData("{}", "is damaged")]
    [InlineData("""{"formatVersion":2}""", "has format 2, this executable knows up to 1")]
    public async Task A_record_that_can_not_be_read_makes_a_listing_incomplete_and_its_machine_is_left_alone(string text, string gap)
    {
        LocalProvider provider = _root.Provider();
        Instance damaged = await provider.LaunchAsync(Request(0), default);
        Instance whole = await provider.LaunchAsync(Request(1), default);
        await RunningAsync(damaged.Id);
        await File.WriteAllTextAsync(_root.Files.RecordOf(damaged.Id), text);

        InstanceListing listing = await provider.ListInstancesAsync(Ours, default);
        Assert.False(listing.IsComplete);
        Assert.Contains($"{_root.Files.RecordOf(damaged.Id)} {gap}", listing.Gap, StringComparison.Ordinal);
        Assert.Equal(whole.Id, Assert.Single(listing.Instances).Id);
        await Assert.ThrowsAsync<TransientException>(() => provider.LaunchAsync(Request(0), default));
        await Assert.ThrowsAsync<TransientException>(() => provider.TerminateAsync(Ours, damaged.Id, default));
        Assert.True(FolderLock.Look(_root.FolderOf(damaged.Id)).IsHeld);
    }

    [Fact]
    public async Task A_root_that_is_not_there_is_no_complete_listing()
    {
        InstanceListing listing = await _root.Provider().ListInstancesAsync(Ours, default);
        Assert.Equal($"{_root.Path} is not there", listing.Gap);
        Assert.Equal(3, (await _root.Provider().ListZonesAsync(default)).Length);
        await _root.Provider().TerminateAsync(Ours, new InstanceId("any"), default);
        Assert.False(Directory.Exists(_root.Path));
    }

    [Fact]
    public async Task Names_that_no_launch_makes_never_become_paths()
    {
        LocalProvider provider = _root.Provider();
        await provider.LaunchAsync(Request(0), default);
        string precious = Directory.CreateDirectory(Path.Combine(_root.Path, "precious")).FullName;
        await provider.TerminateAsync(Ours, new InstanceId("../precious"), default);
        Assert.True(Directory.Exists(precious));
    }

    [Fact]
    public async Task A_log_past_its_limit_is_put_aside_and_goes_on()
    {
        _root.Options = _root.Options with { LogLimitBytes = 1000 };
        LocalProvider provider = _root.Provider();
        Instance made = await provider.LaunchAsync(Request(0), default);
        string log = Path.Combine(_root.FolderOf(made.Id), "machine.log");
        await SaidAsync(log);
        await File.AppendAllTextAsync(log, new string('x', 5000) + "end");

        await ListAsync();
        Assert.Equal(0, new FileInfo(log).Length);
        string older = await File.ReadAllTextAsync(log + MachineLog.Older);
        Assert.Equal(1000, older.Length);
        Assert.EndsWith("xend", older, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_past_its_limit_is_cut_though_the_disk_has_no_room_for_an_older_one()
    {
        _root.Options = _root.Options with { LogLimitBytes = 1000 };
        LocalProvider provider = _root.Provider();
        Instance made = await provider.LaunchAsync(Request(0), default);
        string log = Path.Combine(_root.FolderOf(made.Id), "machine.log");
        await SaidAsync(log);
        await File.AppendAllTextAsync(log, new string('x', 5000));
        File.CreateSymbolicLink(log + MachineLog.Older, "/dev/full");

        Assert.Single(await ListAsync());
        Assert.Equal(0, new FileInfo(log).Length);
        Assert.False(Path.Exists(log + MachineLog.Older));
    }

    [Fact]
    public async Task An_ended_machines_record_that_can_not_be_read_keeps_no_listing_incomplete_and_its_token_launches_nothing()
    {
        LocalProvider provider = _root.Provider();
        Instance made = await provider.LaunchAsync(Request(0), default);
        await provider.TerminateAsync(Ours, made.Id, default);
        await File.WriteAllTextAsync(_root.Files.EndedRecordOf(made.Id), "");
        Directory.CreateDirectory(_root.FolderOf(made.Id));

        Assert.Empty(await ListAsync());
        Assert.Empty(_root.MachineFolders());
        await Assert.ThrowsAsync<TransientException>(() => provider.LaunchAsync(Request(0), default));
        Assert.Empty(_root.MachineFolders());
    }

    [Fact]
    public void Machines_that_have_ended_are_remembered_up_to_a_bound_the_oldest_forgotten_first()
    {
        var ended = new EndedMachines(_root.Files);
        for (int i = 0; i < EndedMachines.Most + 2; i++)
        {
            LaunchRecord record = LaunchRecord.Of(Request(i), slot: 0);
            ended.Add(record);
            File.SetLastWriteTimeUtc(_root.Files.EndedRecordOf(record.Id()), DateTime.UnixEpoch.AddSeconds(i));
        }

        ended.Add(LaunchRecord.Of(Request(9999), slot: 0));
        Assert.Equal(EndedMachines.Most, ended.All().Length);
        Assert.Null(ended.Find(InstanceName.Of(Request(2).Tags, 1)));
        Assert.NotNull(ended.Find(InstanceName.Of(Request(3).Tags, 1)));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("STATESERVER_NODE_ID", null);
        Environment.SetEnvironmentVariable("NOTIFY_SOCKET", null);
        _root.Dispose();
    }

    private static LaunchRequest Request(int machine, Zone? zone = null) => new(
        new InstanceTags(Ours, 1, new MachineId(machine), InstanceRole.Units), 1, zone ?? LocalRootUnderTest.A, "jammy", null, Constraints.None, [1, 0, 255]);

    /// <summary>Field 6 of /proc/PID/stat, proc(5).</summary>
    private static int SessionOf(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[3], System.Globalization.CultureInfo.InvariantCulture);
    }

    private int SlotOf(Instance instance) => LaunchRecord.Read(_root.Files.RecordOf(instance.Id)).Slot;

    private async Task<ImmutableArray<Instance>> ListAsync()
    {
        InstanceListing listing = await _root.Provider().ListInstancesAsync(Ours, default);
        Assert.True(listing.IsComplete, listing.Gap);
        return listing.Instances;
    }

    private async Task<ProcessProof> RunningAsync(InstanceId id)
    {
        ProcessProof? holder = null;
        await Until.TrueAsync(() => (holder = FolderLock.Look(_root.FolderOf(id)).Holder) is not null, $"{id} does not hold its folder");
        return holder!;
    }

    /// <summary>The machine's process makes its log and prints into it when it likes.</summary>
    private static Task SaidAsync(string log, string what = "holds") => Until.TrueAsync(
        () => File.Exists(log) && File.ReadAllText(log) is var text && text.Contains(what, StringComparison.Ordinal) && text.EndsWith('\n'),
        "it does not print its only line");

    private Task StateAsync(InstanceId id, InstanceState state) => Until.TrueAsync(
        async () => (await ListAsync()).Single(i => i.Id == id).State == state, TimeSpan.FromSeconds(90), () => $"{id} is not {state}");
}
