using System.Diagnostics;
using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Writes;

namespace StateServer.Scenarios.Operation;

/// <summary>SIGTERM: leadership is handed over, and the process is gone within five seconds with exit code 0.</summary>
public sealed class StopTest
{
    /// <summary>What is promised, and what a machine busy with other tests adds.</summary>
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5), Busy = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task A_leader_that_is_asked_to_stop_hands_over_and_is_gone_in_seconds()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        foreach (int slot in cluster.Slots)
        {
            await cluster.AdoptAsync(slot);
        }

        int handedOver = 0;
        for (int round = 0; round < 3; round++)
        {
            int slot = await cluster.LeaderAsync();
            await using var load = WriteLoad.Start(cluster, $"stop/{round}/");
            await load.MoreAsync(50, cluster.Logs);
            var clock = Stopwatch.StartNew();
            LiveProcess.Send(cluster.Living(slot), Signal.Terminate);
            Assert.Equal(0, await cluster.ExitCodeAsync(slot));
            Assert.True(clock.Elapsed < Promised + Busy, $"it took {clock.Elapsed}\n{cluster.Logs()}");
            handedOver += cluster.LogOf(slot).Contains("was not handed over", StringComparison.Ordinal) ? 0 : 1;
            await load.MoreAsync(50, cluster.Logs);
            await cluster.LaunchAsync(slot);
            await cluster.WaitHealthyAsync(cluster.Slots);
            await (await load.StopAsync()).VerifyAsync(cluster, atLeast: 50);
        }

        // An heir gets one election timeout; a machine busy enough may not give it that much each time.
        Assert.True(handedOver > 0, cluster.Logs());
    }
}
