using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Tests.Local;

/// <summary>A root's machines stopped, started again, and ended for good.</summary>
public sealed class LocalPowerTests : IDisposable
{
    private static readonly EnvironmentId Ours = new(17);
    private readonly LocalRootUnderTest _root = new();

    private LocalPower Power => new(_root.Options, TimeProvider.System);

    [Fact]
    public async Task What_was_stopped_is_started_again_each_in_a_slot_of_its_own()
    {
        Instance first = await LaunchAsync(0);
        ProvenSignal.Send(_root.FolderOf(first.Id), LibC.SigKill);
        await Until.TrueAsync(
            () => !FolderLock.Look(_root.FolderOf(first.Id)).IsHeld && MachineMark.Of(_root.FolderOf(first.Id)).Bearers().Count == 0, "it does not end");
        Instance second = await LaunchAsync(1);
        Assert.Equal([0, 0], new[] { first, second }.Select(i => SlotOf(i.Id)));

        Assert.Equal([second.Id], await Power.StopAsync(default));
        Assert.Empty(await Power.StopAsync(default));
        Assert.Equal([first.Id, second.Id], await Power.StartAsync(default));
        await RunningAsync(first.Id);
        await RunningAsync(second.Id);
        Assert.Equal([0, 1], new[] { first, second }.Select(i => SlotOf(i.Id)).Order());
        Assert.Empty(await Power.StartAsync(default));
    }

    [Fact]
    public async Task State_servers_are_seen_stopped_and_started_apart_from_other_machines()
    {
        Assert.Empty(Power.Look(InstanceRole.StateServer));
        Instance server = await LaunchAsync(0, InstanceRole.StateServer);
        Instance units = await LaunchAsync(1);
        LocalMachineSight seen = Assert.Single(Power.Look(InstanceRole.StateServer));
        Assert.Equal((server.Id, LocalRootUnderTest.A, InstanceState.Running), (seen.Machine.Id, seen.Machine.Zone, seen.State));
        Assert.Equal(_root.FirstPort, seen.Machine.Ports.Client);
        Assert.Equal([units.Id], Power.Look(InstanceRole.Units).Select(sight => sight.Machine.Id));

        Assert.Equal([server.Id], await Power.StopAsync(InstanceRole.StateServer, default));
        Assert.Equal(InstanceState.Stopped, Assert.Single(Power.Look(InstanceRole.StateServer)).State);
        Assert.Equal(InstanceState.Running, Assert.Single(Power.Look(InstanceRole.Units)).State);
        Assert.Equal([units.Id], await Power.StopAsync(default));
        Assert.Equal([server.Id], await Power.StartAsync(InstanceRole.StateServer, default));
        await RunningAsync(server.Id);
        Assert.Equal(InstanceState.Stopped, Assert.Single(Power.Look(InstanceRole.Units)).State);
    }

    [Fact]
    public async Task A_machine_that_is_to_end_or_can_not_be_read_is_not_seen()
    {
        Instance ended = await LaunchAsync(0, InstanceRole.StateServer);
        Instance damaged = await LaunchAsync(1, InstanceRole.StateServer);
        Instance whole = await LaunchAsync(2, InstanceRole.StateServer);
        LaunchRecord record = LaunchRecord.Read(_root.Files.RecordOf(ended.Id));
        (record with { IsEnding = true }).Write(_root.Files.RecordOf(ended.Id));
        await File.WriteAllTextAsync(_root.Files.RecordOf(damaged.Id), "{");
        Assert.Equal([whole.Id], Power.Look(InstanceRole.StateServer).Select(sight => sight.Machine.Id));
    }

    [Fact]
    public async Task Nothing_is_left_of_a_root_that_is_destroyed_but_what_others_put_there()
    {
        Instance whole = await LaunchAsync(0);
        Instance damaged = await LaunchAsync(1);
        await File.WriteAllTextAsync(_root.Files.RecordOf(damaged.Id), "{");
        string theirs = Path.Combine(_root.Files.MachinesFolder, "theirs");
        await File.WriteAllTextAsync(theirs, "");

        Assert.Equal([whole.Id, damaged.Id], await Power.DestroyAsync(default));
        Assert.All([whole, damaged], i => Assert.Empty(MachineMark.Of(_root.FolderOf(i.Id)).Bearers()));
        Assert.Equal([_root.Files.MachinesFolder], Directory.EnumerateFileSystemEntries(_root.Path));
        Assert.Equal([theirs], Directory.EnumerateFileSystemEntries(_root.Files.MachinesFolder));

        File.Delete(theirs);
        Assert.Empty(await Power.DestroyAsync(default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
        Assert.Empty(await Power.DestroyAsync(default));
    }

    [Fact]
    public async Task A_root_whose_machines_have_all_ended_is_destroyed_too()
    {
        Instance only = await LaunchAsync(0);
        await _root.Provider().TerminateAsync(Ours, only.Id, default);
        Assert.False(Power.HasMachines);
        Assert.Empty(await Power.DestroyAsync(default));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_root.Path));
    }

    [Fact]
    public async Task A_machine_that_does_not_end_keeps_the_root()
    {
        Instance made = await LaunchAsync(0);
        ProvenSignal.Send(_root.FolderOf(made.Id), LibC.SigKill);
        await Until.TrueAsync(() => !FolderLock.Look(_root.FolderOf(made.Id)).IsHeld, "it does not end");

        // A stranger without the mark holds the folder, and the proof beside the lock is the dead one's.
        using FolderLock stranger = FolderLock.TryTake(_root.FolderOf(made.Id))!;
        await File.WriteAllTextAsync(Path.Combine(_root.FolderOf(made.Id), FolderLock.ProofFile), "{}");
        await Assert.ThrowsAsync<TransientException>(() => Power.DestroyAsync(default));
        Assert.True(Directory.Exists(_root.FolderOf(made.Id)));
        Assert.True(Directory.Exists(_root.Files.StateFolder));
    }

    public void Dispose() => _root.Dispose();

    private async Task<Instance> LaunchAsync(int machine, InstanceRole role = InstanceRole.Units)
    {
        Instance made = await _root.Provider().LaunchAsync(
            new LaunchRequest(
                new InstanceTags(Ours, 1, new MachineId(machine), role), 1, LocalRootUnderTest.A, "jammy", null, Constraints.None, [1]),
            default);
        await RunningAsync(made.Id);
        return made;
    }

    private Task RunningAsync(InstanceId id) =>
        Until.TrueAsync(() => FolderLock.Look(_root.FolderOf(id)).Holder is not null, $"{id} does not hold its folder");

    private int SlotOf(InstanceId id) => LaunchRecord.Read(_root.Files.RecordOf(id)).Slot;
}
