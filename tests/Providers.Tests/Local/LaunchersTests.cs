using System.Collections.Immutable;
using System.Diagnostics;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;
using StateServer.Providers.Local;

namespace StateServer.Providers.Tests.Local;

/// <summary>Several processes that launch the same machines in one root at once.</summary>
public sealed class LaunchersTests : IDisposable
{
    private const int Machines = 4;

    private readonly LocalRootUnderTest _root = new();

    [Fact]
    public async Task Each_token_makes_one_machine_however_many_ask_for_it_at_once()
    {
        Process[] launchers = [.. Enumerable.Range(0, 5).Select(_ => Launcher())];
        ImmutableArray<string> first = [];
        foreach (Process launcher in launchers)
        {
            ImmutableArray<string> made = await EndedAsync(launcher);
            first = first.IsEmpty ? made : first;
            Assert.Equal(Machines, made.Length);
            Assert.Equal(first, made);
        }

        await IsWholeAsync();
    }

    [Fact]
    public async Task Launchers_that_are_killed_at_any_step_leave_what_the_next_one_makes_whole()
    {
        // Whenever each is killed, in whatever it was doing: the one after it begins with what it left.
        for (int round = 0; round < 6; round++)
        {
            using Process launcher = Launcher();
            await Until.TrueAsync(() => _root.MachineFolders().Length > round / 2 || launcher.HasExited, "no machine is begun");
            launcher.Kill();
            await launcher.WaitForExitAsync();
        }

        Assert.Equal(Machines, (await EndedAsync(Launcher())).Length);
        await IsWholeAsync();
    }

    public void Dispose() => _root.Dispose();

    private Process Launcher() => Process.Start(new ProcessStartInfo(LocalRootUnderTest.Program)
    {
        ArgumentList = { "launch", _root.Path, $"{_root.FirstPort}", $"{Machines}" },
        RedirectStandardOutput = true,
    })!;

    private static async Task<ImmutableArray<string>> EndedAsync(Process launcher)
    {
        using (launcher)
        {
            string printed = await launcher.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
            await launcher.WaitForExitAsync();
            Assert.Equal(0, launcher.ExitCode);
            return [.. printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
        }
    }

    /// <summary>One instance, one process and one slot for each token.</summary>
    private async Task IsWholeAsync()
    {
        foreach (string folder in _root.MachineFolders())
        {
            await Until.TrueAsync(() => FolderLock.Look(folder).IsHeld, $"{folder} is not held");

            // A launcher that was killed in the middle of a fork may have left a second process; it finds the folder held and ends.
            await Until.TrueAsync(() => MachineMark.Of(folder).Bearers().Count == 1, $"{folder} has not one process");
        }

        InstanceListing listing = await _root.Provider().ListInstancesAsync(new EnvironmentId(17), default);
        Assert.Equal("", listing.Gap);
        Assert.Equal(Enumerable.Range(0, Machines), listing.Instances.Select(i => i.Tags.Machine.Value));
        Assert.All(listing.Instances, i => Assert.Equal(InstanceState.Running, i.State));
        Assert.Equal(Machines, listing.Instances.Select(i => LaunchRecord.Read(_root.Files.RecordOf(i.Id)).Slot).Distinct().Count());
    }
}
