using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>The schedules of DESIGN.md, Members, and of TRAPS.md that two majorities, or none, came of.</summary>
public sealed class ConfigurationScheduleTest
{
    /// <summary>
    /// Voters {1,2,3} grow to {1..5}; 2 holds both entries and has applied neither, restarts, and 3 grants it a vote. With the
    /// configuration in force when applied, {2,3} and {1,4,5} would both commit.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Two_changes_in_a_row_never_make_two_majorities(bool restart)
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4, 5);
        var leader = await stage.ElectAsync(1);
        await leader.AppliesAsync(leader.Append("a").Index);
        stage.Part([3], [1]);
        stage[2].HoldsApplies = true;
        var fourth = await leader.Cluster.ChangeAsync(voters => voters.With(Stage.Named(4)), CancellationToken.None);
        await leader.AppliesAsync(fourth.Index);
        var fifth = await leader.Cluster.ChangeAsync(voters => voters.With(Stage.Named(5)), CancellationToken.None);
        await leader.AppliesAsync(fifth.Index);
        await stage[2].HasAsync(fifth.Index);
        Assert.True(stage[2].Applier.AppliedIndex < fourth.Index);

        stage.Part([2, 3], [1, 4, 5]);
        if (restart)
        {
            await stage[2].RestartAsync();
        }

        for (var i = 0; i < 3; i++)
        {
            await stage.StandInVainAsync(2);
        }

        Assert.Equal(Stage.Configuration(1, 2, 3, 4, 5).Voters, stage[2].Log.Configuration.Voters);
        var b = leader.Append("b");
        await leader.AppliesAsync(b.Index);
        stage[2].HoldsApplies = false;
        stage.Heal();
        leader = await stage.ElectAsync(4);
        var c = leader.Append("c");
        foreach (var id in (ulong[])[1, 2, 3, 4, 5])
        {
            await stage[id].AppliesAsync(c.Index);
            Assert.Equal(["a", "b", "c"], stage[id].Applier.Commands);
        }
    }

    [Fact]
    public async Task A_candidate_that_the_voter_does_not_know_yet_is_elected()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4);
        var leader = await stage.ElectAsync(1);
        stage.Part([3], [1]);
        var fourth = await leader.Cluster.ChangeAsync(voters => voters.With(Stage.Named(4)), CancellationToken.None);
        await leader.AppliesAsync(fourth.Index);
        await stage[4].HasAsync(fourth.Index);
        Assert.DoesNotContain(new(4), stage[3].Log.Configuration.Voters);
        stage.Part([1], [2, 3, 4]);
        var next = await stage.ElectAsync(4);
        await stage[3].HasAsync(next.Append("x").Index);
        Assert.Contains(new(4), stage[3].Log.Configuration.Voters);
    }

    [Fact]
    public async Task A_configuration_is_reverted_with_its_entry()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4);
        var leader = await stage.ElectAsync(1);
        await stage[2].HasAsync(leader.Log.LastIndex);
        stage.Part([1], [2, 3, 4]);
        await Assert.ThrowsAnyAsync<Exception>(
            () => leader.Cluster.ChangeAsync(voters => voters.With(Stage.Named(4)), new CancellationTokenSource(TimeSpan.FromMilliseconds(200)).Token));

        // The barrier did not commit, so the change was not made; make the entry as a leader that was faster would have.
        Assert.DoesNotContain(new(4), leader.Log.Configuration.Voters);
        var other = await stage.ElectAsync(2);
        var x = other.Append("x");
        await other.AppliesAsync(x.Index);
        stage.Heal();
        await stage[1].AppliesAsync(x.Index);
        Assert.Equal(["x"], stage[1].Applier.Commands);
        Assert.Equal(Stage.Configuration(1, 2, 3).Voters, stage[1].Log.Configuration.Voters);
    }

    [Fact]
    public async Task More_than_one_voter_at_a_time_and_the_leader_itself_are_refused()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3], 4, 5);
        var leader = await stage.ElectAsync(1);
        await Assert.ThrowsAsync<RefusedChangeException>(() => leader.Cluster.ChangeAsync(
            voters => voters.With(Stage.Named(4)).With(Stage.Named(5)), CancellationToken.None));
        await Assert.ThrowsAsync<RefusedChangeException>(() => leader.Cluster.ChangeAsync(
            voters => voters.Without(new(1)), CancellationToken.None));
        Assert.Equal(Stage.Configuration(1, 2, 3).Voters, leader.Log.Configuration.Voters);
        await leader.AppliesAsync(leader.Append("still leads").Index);
    }

    [Fact]
    public async Task A_removed_voter_counts_no_more_and_the_rest_goes_on()
    {
        await using var stage = await Stage.SetAsync([1, 2, 3]);
        var leader = await stage.ElectAsync(1);
        var removed = await leader.Cluster.ChangeAsync(voters => voters.Without(new(3)), CancellationToken.None);
        await leader.AppliesAsync(removed.Index);
        stage.Part([3], [1, 2]);
        await leader.AppliesAsync(leader.Append("x").Index);
        stage.Part([2], [1]);
        var y = leader.Append("y");
        stage.Heal();
        Assert.True(leader.Log.DurableOf(new(3)) < y.Index);
    }
}
