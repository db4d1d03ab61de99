using StateServer.Protos.Operator;

namespace StateServer.Scenarios.Membership;

/// <summary>Members that are killed under writes: each is replaced in another zone without a command, and nothing acknowledged is lost.</summary>
public sealed class LossTest
{
    [Fact]
    public async Task A_killed_leader_and_then_a_killed_follower_are_replaced_in_other_zones()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 3, zones: 4);
        await using var load = cluster.Load();
        foreach (bool leads in (bool[])[true, false])
        {
            await load.MoreAsync(50, cluster.Evidence);
            var before = await cluster.LedAsync();
            var victim = before.First(member => member.Leads == leads);
            await cluster.KillAsync(victim);
            var after = await cluster.FullAsync(3, victim);
            Assert.DoesNotContain(after, member => member.HasReplaces && member.Replaces == victim.Id && member.Zone == victim.Zone);
            Assert.Contains(after, member => before.All(known => known.Id != member.Id));
            Assert.Equal(3, after.Select(member => member.Zone).Distinct().Count());
        }

        await cluster.VerifyAsync(load, 3);
    }

    [Fact]
    public async Task Two_of_five_that_are_killed_at_once_are_both_replaced()
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members: 5, zones: 5);
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        var before = await cluster.LedAsync();
        Member[] victims = [before.First(member => member.Leads), before.First(member => !member.Leads)];
        await cluster.KillAsync(victims);

        // Three of five go on at once.
        await load.MoreAsync(20, cluster.Evidence);
        var after = await cluster.FullAsync(5, victims);

        // The zones of the loss are not theirs but one another's: all five zones are used again, or one of those that are left twice.
        Assert.True(after.Select(member => member.Zone).Distinct().Count() >= 4, string.Join('\n', after));
        await cluster.VerifyAsync(load, 5);
    }

    [Fact]
    public Task A_failed_zones_member_is_replaced_in_the_zones_that_are_left() => ReplaceAZoneAsync(members: 3, lost: 1, mostInAZone: 1);

    [Fact]
    public Task A_failed_zones_three_of_seven_are_replaced_in_the_zones_that_are_left() => ReplaceAZoneAsync(members: 7, lost: 3, mostInAZone: 4);

    private static async Task ReplaceAZoneAsync(int members, int lost, int mostInAZone)
    {
        await using var cluster = await SelfHealingCluster.StartedAsync(members, zones: 3);
        await using var load = cluster.Load();
        await load.MoreAsync(50, cluster.Evidence);
        var before = await cluster.LedAsync();
        Assert.Equal(members == 7 ? [3, 2, 2] : [1, 1, 1], before.GroupBy(member => member.Zone).Select(zone => zone.Count()).OrderDescending());
        var victims = before.GroupBy(member => member.Zone).OrderByDescending(zone => zone.Count()).ThenBy(zone => !zone.Any(member => member.Leads)).First();
        Assert.Equal(lost, victims.Count());
        await cluster.LocalAsync("fail-zone", victims.Key);

        // A majority is left, and goes on at once.
        await load.MoreAsync(20, cluster.Evidence);
        var after = await cluster.FullAsync(members, [.. victims]);
        Assert.DoesNotContain(after, member => member.Zone == victims.Key);
        Assert.True(after.GroupBy(member => member.Zone).Max(zone => zone.Count()) <= Math.Max(mostInAZone, 2), string.Join('\n', after));
        await cluster.VerifyAsync(load, members);
    }
}
