using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios;

/// <summary>What a test leaves behind is ended, whatever became of the test, and what isn't ours is left alone.</summary>
public sealed class ScratchFolderTest
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Disposal_ends_processes_and_mounts_and_leaves_a_folder_with_a_longer_name_alone()
    {
        using var neighbour = new ScratchFolder();
        string alike;
        Process process;
        using (var folder = new ScratchFolder())
        {
            process = Naming(folder.Path + "/data");
            alike = folder.Path + "0";
            Directory.CreateDirectory(alike);
            if (Environment.IsPrivilegedProcess)
            {
                await MountAsync(Path.Combine(folder.Path, "a disk"));
                File.WriteAllText(Path.Combine(folder.Path, "a disk", "file"), "content");
            }
        }

        using (process)
        {
            await process.WaitForExitAsync().WaitAsync(Patience);
        }

        Assert.True(Directory.Exists(neighbour.Path) && Directory.Exists(alike));
        Directory.Delete(alike);
    }

    [Fact]
    public async Task What_a_killed_run_left_is_ended_by_the_next_one_and_what_lives_is_not()
    {
        var gone = ProcessMark.OfThisProcess();
        gone = gone with { StartTicks = gone.StartTicks + 1 };
        string orphan = Path.Combine(Path.GetTempPath(), $"stateserver-scenarios-{gone}-1");
        using var living = new ScratchFolder();
        Directory.CreateDirectory(orphan);
        using var process = Naming(orphan + "/data");
        if (Environment.IsPrivilegedProcess)
        {
            // Something holds it open: it must be let go all the same, and a sweep may not fail.
            await MountAsync(Path.Combine(orphan, "disk"));
            File.WriteAllText(Path.Combine(orphan, "disk", "file"), "");
        }

        using var held = Environment.IsPrivilegedProcess ? File.OpenRead(Path.Combine(orphan, "disk", "file")) : null;

        ScratchFolder.Sweep();

        await process.WaitForExitAsync().WaitAsync(Patience);
        Assert.False(Directory.Exists(orphan));
        Assert.DoesNotContain(orphan, File.ReadAllText("/proc/self/mounts"), StringComparison.Ordinal);
        Assert.True(Directory.Exists(living.Path));
    }

    [Fact]
    public async Task The_watch_ends_what_is_left_when_the_process_it_watches_is_gone()
    {
        string scratch = Path.Combine(Path.GetTempPath(), $"stateserver-watched-{Guid.NewGuid():N}-");
        Directory.CreateDirectory(scratch + "1");
        using var member = Naming(scratch + "1/data");
        using var watch = Process.Start(Command.StartInfo(
            "sh",
            [Path.Combine(AppContext.BaseDirectory, "Clusters", "end-scratch.sh"), "wait"],
            new Dictionary<string, string> { ["SCRATCH"] = scratch }))!;
        Assert.False(member.HasExited);

        // As the kernel does for a process that is killed.
        watch.StandardInput.Close();

        await watch.WaitForExitAsync().WaitAsync(Patience);
        Assert.Equal(0, watch.ExitCode);
        await member.WaitForExitAsync().WaitAsync(Patience);
        Assert.False(Directory.Exists(scratch + "1"));
    }

    [Fact]
    public void This_process_is_watched_for_as_long_as_it_lives()
    {
        using var folder = new ScratchFolder();

        // A collected pipe is a closed one.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        Assert.True(ScratchFolder.IsWatched);
    }

    [Fact]
    public void A_mark_tells_a_process_from_a_later_one_with_its_number()
    {
        var mine = ProcessMark.OfThisProcess();
        Assert.True(mine.IsAlive);
        Assert.Equal(mine, ProcessMark.TryParse($"{mine}-12"));
        Assert.False((mine with { StartTicks = mine.StartTicks - 1 }).IsAlive);
        Assert.False((mine with { Boot = "00000000" }).IsAlive);
        Assert.Null(ProcessMark.TryParse("ports"));
        Assert.Null(ProcessMark.TryParse("123-4"));
    }

    private static Process Naming(string path) => Process.Start(Command.StartInfo("tail", ["-F", path], null))!;

    private static async Task MountAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        (await Command.RunAsync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", folder])).Succeeded();
        await Until.TrueAsync("the mount is there", Patience, () => File.ReadAllText("/proc/self/mounts").Contains(folder.Replace(" ", "\\040", StringComparison.Ordinal), StringComparison.Ordinal));
    }
}
