using StateServer.Protos.Operator;
using StateServer.Scenarios.Faults;
using StateServer.Scenarios.Processes;
using StateServer.Scenarios.Waiting;

namespace StateServer.Scenarios.Membership;

/// <summary>A provider that has no room, doesn't answer, errs, or launches and can't tell so: the member is replaced all the same, once.</summary>
public sealed class ProviderTest
{
    [Fact]
    public async Task A_zone_without_room_is_passed_over_and_a_provider_that_hangs_or_errs_is_waited_for()
    {
        // The fourth zone is the first choice of each replacement, and has no room.
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 4, settings: ", zone-capacity: {local-d: 0}");
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        var (replaced, attempt) = await ReplacedAsync(cluster);
        Assert.NotEqual("local-d", replaced.Zone);
        Assert.True(attempt > 1, $"{replaced} was launched where there was room at the first attempt");

        // Each of its calls waits for ten seconds, and fails then.
        var outage = await cluster.HoldProviderAsync();
        await ReplacedAsync(cluster, async victim =>
        {
            await cluster.AwaitAsync("the loss is declared", answer => answer.Members.Any(member => member.Id == victim.Id && member.Phase == "lost"));
            await load.MoreAsync(50, cluster.Evidence);
            outage.Dispose();
        });

        cluster.BlockLaunches();
        await ReplacedAsync(cluster, async _ =>
        {
            await Until.TrueAsync(
                "a launch has failed", SelfHealingCluster.Patience, () => cluster.Logs().Contains("launching failed and is tried again", StringComparison.Ordinal), cluster.Evidence);
            cluster.UnblockLaunches();
        });
        await cluster.VerifyAsync(load, 3);
    }

    [Fact]
    public async Task A_launch_whose_answer_is_lost_with_the_leader_is_found_and_nothing_is_launched_twice()
    {
        SystemCallInjection.SkipUnlessInstalled();
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 5, zones: 5);
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        var before = await cluster.LedAsync();
        var leader = before.Single(member => member.Leads);
        var victim = before.First(member => !member.Leads);
        int pid = cluster.Living(leader).Pid;

        // From now on each renaming takes four seconds, and with it each note of a launch, before its process is started and after.
        await using var strace = await SystemCallInjection.AttachAsync(pid, "rename,renameat,renameat2", "delay_enter=4000000");
        await cluster.KillAsync(victim);

        // Its process runs, and the leader is writing down that it does, which takes long.
        var newcomer = await Until.SomeAsync(
            "a machine is launched", SelfHealingCluster.Patience, () => Task.FromResult(cluster.Processes().FirstOrDefault(IsNew)), cluster.Evidence);
        LiveProcess.Send(pid, Signal.Kill);
        await cluster.GoneAsync(pid);
        var view = await cluster[cluster.Processes().First(process => !IsNew(process)).Client].RangeAsync($"/stateserver/machines/{newcomer.Machine}", serializable: true);
        Assert.Contains("\"status\":\"launching\"", Assert.Single(view.Keys).Value.Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);

        var after = await cluster.FullAsync(5, leader, victim);
        Assert.Contains(after, member => member.Machine == newcomer.Machine && cluster.ProcessOf(member)?.Pid == newcomer.Pid);
        await cluster.VerifyAsync(load, 5);

        bool IsNew(ServerProcess process) => before.All(member => member.Machine != process.Machine);
    }

    /// <summary>Kills a follower and waits until it is replaced.</summary>
    /// <returns>The replacement, and which attempt launched it.</returns>
    private static async Task<(Member Replacement, int Attempt)> ReplacedAsync(SelfHealingCluster cluster, Func<Member, Task>? during = null)
    {
        var before = await cluster.LedAsync();
        var victim = before.First(member => !member.Leads);
        await cluster.KillAsync(victim);
        if (during is not null)
        {
            await during(victim);
        }

        var replacement = (await cluster.FullAsync(3, victim)).First(member => before.All(known => known.Id != member.Id));
        return (replacement, ProviderFaults.AttemptOf(cluster.Living(replacement)));
    }
}
