using StateServer.Scenarios.Clusters;
using StateServer.Scenarios.Tools;

namespace StateServer.Scenarios.Operation;

/// <summary>State servers stand in zones as other machines do: they lose their process with their zone, and keep their data.</summary>
public sealed class LocalFaultsTest
{
    [Fact]
    public async Task A_failed_zones_member_dies_with_it_and_comes_back_when_it_is_healed()
    {
        await using var cluster = await StateServerCluster.StartedAsync();
        await cluster[0].PutAsync("kept", "1");
        var failed = (await LocalAsync(cluster, "fail-zone", "local-b")).Succeeded();
        Assert.StartsWith("server-1: killed", failed.Output, StringComparison.Ordinal);
        Assert.Contains("local-b has failed, 1 machine with it", failed.Output, StringComparison.Ordinal);
        Assert.Null(cluster.ProcessOf(1));
        Assert.All([0, 2], slot => Assert.NotNull(cluster.ProcessOf(slot)));

        // Nothing runs in a zone without power, whoever wants it.
        var without = await cluster.VerbAsync("up", "--detach", "--no-environment");
        Assert.Equal(1, without.ExitCode);
        Assert.Contains("server-1 is down with its zone local-b", without.Error, StringComparison.Ordinal);
        Assert.Null(cluster.ProcessOf(1));

        (await LocalAsync(cluster, "heal-zone", "local-b")).Succeeded();
        Assert.Contains("1 to start", (await cluster.UpAsync()).Succeeded().Output, StringComparison.Ordinal);
        Assert.Equal("1", Assert.Single((await cluster[1].RangeAsync("kept")).Keys).Value);

        foreach (string machine in new[] { "0", "server-2" })
        {
            var killed = (await LocalAsync(cluster, "kill-machine", machine)).Succeeded();
            Assert.Contains(": killed; 'stateserver up", killed.Output, StringComparison.Ordinal);
            Assert.Equal(1, (await LocalAsync(cluster, "kill-machine", machine)).ExitCode);
        }

        Assert.Equal([true, false, true], cluster.Slots.Select(slot => cluster.ProcessOf(slot) is null));
        Assert.Equal(2, (await LocalAsync(cluster, "kill-machine", "7")).ExitCode);
    }

    private static Task<Processes.CommandResult> LocalAsync(StateServerCluster cluster, string verb, string subject) =>
        StateServerExecutable.RunAsync(["local", verb, "--root", cluster.Root, subject]);
}
