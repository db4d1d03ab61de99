using StateServer.Protos.Operator;

namespace StateServer.Scenarios.Membership;

/// <summary>
/// Leaders that die in the middle of an operation on the votes: whoever leads next finishes it. The leader is stopped as the operation
/// begins, and killed once the others are seen to have it under way; where it was quicker than that, another operation is begun.
/// </summary>
public sealed class OperationTest
{
    private const int Tries = 4;

    [Fact]
    public async Task Leaders_that_are_killed_while_the_cluster_grows_and_while_it_shrinks_leave_as_many_voters_as_were_asked_for()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 5);
        await using var load = cluster.Load();
        List<string> caught = [];
        for (int at = 0, target = 5; caught.Count < 2; at++, target = 8 - target)
        {
            Assert.True(at < 2 * Tries, $"only {string.Join(", ", caught)} was ever seen in its middle\n{cluster.Evidence()}");
            string kind = target == 5 ? "grow" : "shrink";
            await load.MoreAsync(20, cluster.Evidence);
            Func<Task> ask = () => cluster.RunAsync("ensure-availability", "-n", $"{target}", "--no-wait");
            if (caught.Contains(kind))
            {
                await ask();
                await cluster.FullAsync(target);
            }
            else if (await KilledInAsync(cluster, kind, ask, target))
            {
                caught.Add(kind);
            }
        }

        await cluster.VerifyAsync(load, (await cluster.ListAsync()).Target);
    }

    [Fact]
    public async Task A_leader_that_is_killed_while_a_member_is_swapped_leaves_as_many_voters_as_there_were()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 4);
        await using var load = cluster.Load();
        for (int at = 0; ; at++)
        {
            Assert.True(at < Tries, $"no swap was ever seen in its middle\n{cluster.Evidence()}");
            await load.MoreAsync(20, cluster.Evidence);
            var leaving = (await cluster.LedAsync()).First(member => !member.Leads);
            if (await KilledInAsync(cluster, "swap", () => cluster.RunAsync("member", "replace", leaving.Name), 3, leaving))
            {
                break;
            }
        }

        await cluster.VerifyAsync(load, 3);
    }

    [Fact]
    public async Task All_members_that_are_killed_at_once_while_the_cluster_grows_go_on_with_it_when_they_are_back()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 3);
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        await cluster.OnOperationAsync(
            "grow",
            () => cluster.RunAsync("ensure-availability", "-n", "5", "--no-wait"),
            async () =>
            {
                await cluster.RestartAllAsync();
                return true;
            });
        var after = await cluster.FullAsync(5);
        Assert.Equal([2, 2, 1], after.GroupBy(member => member.Zone).Select(zone => zone.Count()).OrderDescending());
        await cluster.VerifyAsync(load, 5);
    }

    /// <summary>Kills the leader in the middle of an operation, and waits until all is well again, whether that was possible or not.</summary>
    private static async Task<bool> KilledInAsync(SelfHealingCluster cluster, string kind, Func<Task> ask, int voters, params Member[] without)
    {
        var leader = await cluster.KillLeaderInAsync(kind, ask);
        await cluster.FullAsync(voters, leader is null ? without : [.. without, leader]);
        return leader is not null;
    }
}
