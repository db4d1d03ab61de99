using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>Zones that fail and heal, machines that are killed: by one process, seen by all.</summary>
public sealed class LocalFaultsTests : IDisposable
{
    private static readonly EnvironmentId Ours = new(17);
    private readonly LocalRootUnderTest _root = new();

    [Fact]
    public async Task A_failed_zone_loses_its_machines_at_once_and_no_other_does()
    {
        LocalProvider provider = _root.Provider();
        Instance a0 = await provider.LaunchAsync(Request(0, LocalRootUnderTest.A), default);
        Instance b1 = await provider.LaunchAsync(Request(1, LocalRootUnderTest.B), default);
        Instance a2 = await provider.LaunchAsync(Request(2, LocalRootUnderTest.A), default);
        await Until.TrueAsync(() => FolderLock.Look(_root.FolderOf(b1.Id)).IsHeld, "machine 1 does not run");

        // Machines that were only just started are gone with it, too: nobody waited for those of zone a.
        Assert.Equal([a0.Id, a2.Id], await _root.Faults.FailZoneAsync(LocalRootUnderTest.A, default));
        Assert.Equal(
            [InstanceState.Terminated, InstanceState.Running, InstanceState.Terminated],
            (await provider.ListInstancesAsync(Ours, default)).Instances.Select(i => i.State));
        Assert.Equal([_root.FolderOf(b1.Id)], _root.MachineFolders());
        Assert.Empty(await _root.Faults.FailZoneAsync(LocalRootUnderTest.A, default));

        Assert.True(await _root.Faults.HealZoneAsync(LocalRootUnderTest.A, default));
        Assert.False(await _root.Faults.HealZoneAsync(LocalRootUnderTest.A, default));
        Assert.Equal(InstanceState.Terminated, (await provider.LaunchAsync(Request(0, LocalRootUnderTest.A), default)).State);
    }

    [Fact]
    public async Task A_machine_is_killed_by_its_number_or_its_instances_name()
    {
        LocalProvider provider = _root.Provider();
        Instance first = await provider.LaunchAsync(Request(3, LocalRootUnderTest.A), default);
        Instance second = await provider.LaunchAsync(Request(4, LocalRootUnderTest.A), default);
        Assert.Equal(first.Id, await _root.Faults.KillMachineAsync("3", default));
        Assert.Equal(second.Id, await _root.Faults.KillMachineAsync(second.Id.Name, default));
        Assert.All((await provider.ListInstancesAsync(Ours, default)).Instances, i => Assert.Equal(InstanceState.Terminated, i.State));
        Assert.Empty(_root.MachineFolders());
    }

    [Fact]
    public async Task What_is_not_there_is_refused_with_what_is()
    {
        LocalProvider provider = _root.Provider();
        await provider.LaunchAsync(Request(3, LocalRootUnderTest.A), default);
        await provider.LaunchAsync(Request(1, LocalRootUnderTest.A), default);
        await Refuses(() => _root.Faults.FailZoneAsync(new Zone("x"), default), "invalid availability zone \"x\"; there are local-a, local-b, local-c");
        await Refuses(() => _root.Faults.HealZoneAsync(new Zone(""), default), "invalid availability zone \"\"; there are local-a, local-b, local-c");
        await Refuses(() => _root.Faults.KillMachineAsync("03", default), $"{_root.Path} has no machine '03'; there are 1, 3");
        await Refuses(() => _root.Faults.KillMachineAsync("../../x", default), $"{_root.Path} has no machine '../../x'; there are 1, 3");
        Assert.Equal(2, _root.MachineFolders().Length);
    }

    [Fact]
    public async Task A_number_that_names_several_living_machines_is_refused_with_their_names()
    {
        LocalProvider provider = _root.Provider();
        Instance first = await provider.LaunchAsync(Request(0, LocalRootUnderTest.A), default);
        Instance second = await provider.LaunchAsync(Request(0, LocalRootUnderTest.A) with { Attempt = 2 }, default);
        await Refuses(() => _root.Faults.KillMachineAsync("0", default), $"machine 0 names several; give one of {first.Id}, {second.Id}");
        Assert.Equal(2, _root.MachineFolders().Length);
    }

    [Fact]
    public async Task The_zones_are_those_that_machines_are_launched_with()
    {
        _root.Options = _root.Options with { Zones = LocalZone.First(LocalZone.MostZones) };
        await _root.Provider().LaunchAsync(Request(0, new Zone("local-z")), default);
        Assert.Single(await _root.Faults.FailZoneAsync(new Zone("local-z"), default));
    }

    [Fact]
    public void Settings_that_can_not_be_right_are_told_all_at_once()
    {
        ImmutableArray<LocalZone> zones = [new(new Zone("local-a"), 1), new(new Zone("local-a"), -1), new(new Zone("eu-1"), 1)];
        LocalProviderOptions wrong = new("relative", _ => []) { Zones = zones, MostMachines = 3001 };
        Assert.Equal(
            [
                "root 'relative' is not absolute",
                "local-a: a capacity of -1 is none; 0 or more",
                "'eu-1' is no local zone; local-a to local-z are",
                "zone local-a occurs more than once",
                "at most 3001 machines; 1 to 3000",
            ],
            wrong.Errors());
        Assert.Throws<ArgumentException>(() => new LocalProvider(wrong, TimeProvider.System));
        Assert.Equal(["0 zones; 1 to 26"], (_root.Options with { Zones = [] }).Errors());
        Assert.Equal(["base port 65000; 1 to 55543 for 1000 machines"], (_root.Options with { BasePort = 65000, MostMachines = 1000 }).Errors());
        Assert.Empty(_root.Options.Errors());
    }

    [Fact]
    public void What_no_local_machine_offers_is_refused_by_name()
    {
        var host = new HostOffer("amd64", 4, 8192, 100_000);
        Assert.Null(host.Refusal(Constraints.None with { Arch = "amd64", CpuCores = 4, MemoryMiB = 8192, RootDiskMiB = 100_000 }));
        Assert.Equal("no local machine has arch=arm64; this host has amd64", host.Refusal(Constraints.None with { Arch = "arm64" }));
        Assert.Equal("no local machine has cpu-cores=5; this host has 4", host.Refusal(Constraints.None with { CpuCores = 5 }));
        Assert.Equal("no local machine has mem=8193M; this host has 8192M", host.Refusal(Constraints.None with { MemoryMiB = 8193 }));
        Assert.Equal("no local machine has root-disk=100001M; this host has 100000M", host.Refusal(Constraints.None with { RootDiskMiB = 100_001 }));
        Assert.Contains("cpu-power=100", host.Refusal(Constraints.None with { CpuPower = 100 }), StringComparison.Ordinal);
        Assert.Contains("instance-type=m1", host.Refusal(Constraints.None with { InstanceType = "m1" }), StringComparison.Ordinal);
        Assert.Contains("tags=x,y", host.Refusal(Constraints.None with { Tags = ["y", "x"] }), StringComparison.Ordinal);
        Assert.Null(HostOffer.OfThisHost("/").Refusal(Constraints.None with { CpuCores = 1, MemoryMiB = 16, RootDiskMiB = 16 }));
    }

    public void Dispose() => _root.Dispose();

    private static async Task Refuses(Func<Task> what, string message) =>
        Assert.Equal(message, (await Assert.ThrowsAsync<InvalidRequestException>(what)).Message);

    private static LaunchRequest Request(int machine, Zone zone) => new(
        new InstanceTags(Ours, 1, new MachineId(machine), InstanceRole.Units), 1, zone, "jammy", null, Constraints.None, []);
}
