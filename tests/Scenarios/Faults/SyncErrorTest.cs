using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Waiting;
using StateServer.Scenarios.Writes;

namespace StateServer.Scenarios.Faults;

/// <summary>An fdatasync that fails, injected by strace under writes: the member ends at once, and nothing is lost.</summary>
public sealed class SyncErrorTest
{
    private const string Strace = "/usr/bin/strace";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_failed_fdatasync_ends_the_member_and_loses_nothing(bool leader)
    {
        Assert.SkipUnless(File.Exists(Strace), "strace isn't installed");
        await using var cluster = await StateServerCluster.StartedAsync();
        int slot = leader ? await cluster.LeaderAsync() : await cluster.FollowerAsync(new Random(1));
        await cluster.AdoptAsync(slot);
        if (leader)
        {
            await LeadAsync(cluster, slot);
        }

        await using var load = WriteLoad.Start(cluster, "sync/");
        await load.MoreAsync(50, cluster.Logs);
        using (var strace = await AttachAsync(cluster, slot))
        {
            Assert.Equal(70, await cluster.ExitCodeAsync(slot));
            await strace.WaitForExitAsync().WaitAsync(TestCluster.Patience);
        }

        string said = Assert.Single(cluster.LogOf(slot).Split('\n'), line => line.StartsWith("critical: ", StringComparison.Ordinal));
        Assert.Contains("fdatasync", said, StringComparison.Ordinal);
        Assert.Contains("errno 5", said, StringComparison.Ordinal);
        Assert.Contains(cluster.FolderOf(slot), said, StringComparison.Ordinal);

        await load.MoreAsync(50, cluster.Logs);
        await cluster.LaunchAsync(slot);
        await cluster.WaitHealthyAsync(cluster.Slots);
        await (await load.StopAsync()).VerifyAsync(cluster, atLeast: 100);
    }

    private static async Task LeadAsync(StateServerCluster cluster, int slot)
    {
        ulong target = (await cluster[slot].StatusAsync()).Member;
        await Until.TrueAsync($"slot {slot} leads", TestCluster.Patience, async () =>
        {
            int now = await cluster.LeaderAsync();
            if (now != slot)
            {
                await cluster[now].MoveLeaderAsync(target);
            }

            return now == slot;
        }, cluster.Logs);
    }

    /// <summary>Attaches strace to all threads: from now on every fdatasync fails with EIO.</summary>
    private static async Task<Process> AttachAsync(StateServerCluster cluster, int slot)
    {
        int pid = cluster.Living(slot);
        string trace = Path.Combine(cluster.Scratch, "strace.txt");
        var strace = Process.Start(Command.StartInfo(
            Strace, ["-f", "-o", trace, "-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO", "-p", $"{pid}"], null))!;
        strace.StandardInput.Close();
        await Until.TrueAsync("strace is attached or gave up", TestCluster.Patience, () =>
            strace.HasExited || LiveProcess.IsTraced(pid) || !LiveProcess.IsAlive(pid));
        bool attached = !strace.HasExited || new FileInfo(trace) is { Exists: true, Length: > 0 };
        Assert.SkipUnless(attached, $"strace can't attach here: {(attached ? "" : await strace.StandardError.ReadToEndAsync())}");
        return strace;
    }
}
