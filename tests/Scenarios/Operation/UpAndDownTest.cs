using System.Diagnostics;
using System.Text.Json;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios.Operation;

/// <summary><c>up</c> and <c>down</c> as a person uses them: again and again, with members gone, in front and detached.</summary>
public sealed class UpAndDownTest
{
    [Fact]
    public async Task Up_starts_what_is_gone_leaves_alone_what_lives_and_the_data_is_there()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await cluster[0].PutAsync("resume", "1");
        int[] first = [.. cluster.Slots.Select(cluster.Living)];
        var again = (await cluster.UpAsync()).Succeeded();
        Assert.Contains("0 to start", again.Output, StringComparison.Ordinal);
        Assert.Equal(first, cluster.Slots.Select(cluster.Living));

        await cluster.KillAsync(1);
        var one = (await cluster.UpAsync()).Succeeded();
        Assert.Contains("1 to start", one.Output, StringComparison.Ordinal);
        Assert.Equal((first[0], first[2]), (cluster.Living(0), cluster.Living(2)));
        Assert.NotEqual(first[1], cluster.Living(1));

        await cluster.KillAsync([.. cluster.Slots]);
        var all = (await cluster.VerbAsync("up", "--detach")).Succeeded();
        Assert.Contains("3 to start", all.Output, StringComparison.Ordinal);
        Assert.Contains($"etcdctl --endpoints={cluster.AllEndpoints}", all.Output, StringComparison.Ordinal);
        foreach (int slot in cluster.Slots)
        {
            Assert.Equal("1", Assert.Single((await cluster[slot].RangeAsync("resume")).Keys).Value);
        }

        (await cluster.VerbAsync("down")).Succeeded();
        Assert.All(cluster.Slots, slot => Assert.Null(cluster.ProcessOf(slot)));
        Assert.True(File.Exists(Path.Combine(cluster.Root, "cluster.json")));
        var destroyed = (await cluster.VerbAsync("down", "--destroy")).Succeeded();
        Assert.Contains("No member runs", destroyed.Output, StringComparison.Ordinal);
        Assert.False(Directory.Exists(cluster.Root));
    }

    [Fact]
    public async Task Down_signals_no_process_that_was_given_a_members_number()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await cluster.KillAsync(1);
        using var innocent = Process.Start(Command.StartInfo("sleep", ["600"], null))!;
        try
        {
            var proof = ProcessMark.Of(innocent.Id)!;
            File.WriteAllText(
                Path.Combine(cluster.FolderOf(1), "process.json"),
                JsonSerializer.Serialize(new { pid = innocent.Id, startTicks = proof.StartTicks, bootId = ProcessMark.BootId }));

            // What the last one to hold the folder wrote is no proof while nobody holds it.
            (await cluster.VerbAsync("down")).Succeeded();
            Assert.All([0, 2], slot => Assert.Null(cluster.ProcessOf(slot)));
            Assert.False(innocent.HasExited);
        }
        finally
        {
            innocent.Kill();
        }
    }

    [Fact]
    public async Task Up_in_front_says_when_a_member_dies_and_an_interrupt_stops_all()
    {
        await using var cluster = StateServerCluster.Unstarted();

        // Tests that a shell started in the background inherit an ignored SIGINT, and with it all that they start.
        using var up = Process.Start(Command.StartInfo(
            "/usr/bin/env",
            ["--default-signal=INT", StateServerExecutable.Path, "up", "--no-environment", "--root", cluster.Root, "--port", $"{cluster.Port}"],
            StateServerExecutable.WithRuntime(null)))!;
        try
        {
            var said = new LineReader(up.StandardOutput);
            await said.AwaitAsync("Ctrl-C stops all members.");
            await cluster.KillAsync(2);
            string died = await said.AwaitAsync("server-2 died (exit code 137)");
            Assert.Contains("starts it again", died, StringComparison.Ordinal);
            (await cluster.UpAsync()).Succeeded();
            await cluster.WaitHealthyAsync(cluster.Slots);

            LiveProcess.Send(up.Id, Signal.Interrupt);
            await up.WaitForExitAsync().WaitAsync(TestCluster.Patience);
            Assert.Equal(0, up.ExitCode);
            Assert.All(cluster.Slots, slot => Assert.Null(cluster.ProcessOf(slot)));
        }
        finally
        {
            if (!up.HasExited)
            {
                up.Kill();
            }
        }
    }
}
