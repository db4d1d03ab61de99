using StateServer.Consensus.Duties;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Raft;

namespace StateServer.Consensus.Tests.Duties;

public sealed class PreparationDutyTests
{
    /// <summary>Whoever is elected next takes proposals of the others for the first time then, unless it was sent one before.</summary>
    [Fact]
    public async Task A_follower_sends_voters_that_do_not_lead_a_message_without_commands_and_waits_for_the_answer()
    {
        await using var cluster = new TestCluster(5);
        await cluster.StartAsync();
        var leader = cluster.IndexOf(await cluster.LeaderAsync());
        var follower = (leader + 1) % 5;
        var peers = new RecordedGreetings(silent: cluster.IdOf((leader + 2) % 5));
        await Duty(cluster, follower, peers).PerformAsync(CancellationToken.None);
        var expected = new[] { cluster.IdOf((leader + 3) % 5), cluster.IdOf((leader + 4) % 5) }.Order();
        Assert.Equal(expected, peers.Forwarded.Select(sent => sent.To).Order());
        Assert.Equal(expected, peers.Answered.Order());
        Assert.All(peers.Forwarded, sent => Assert.Equal((0, 0, 0), (sent.Request.Term, sent.Request.Count, sent.Request.Items.Length)));
    }

    [Fact]
    public async Task A_follower_rehearses_once_a_process_and_leaves_nothing_behind_and_a_leader_does_not()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        var leader = cluster.IndexOf(await cluster.LeaderAsync());
        var peers = new RecordedGreetings();
        await Duty(cluster, leader, peers).PerformAsync(CancellationToken.None);
        Assert.Empty(peers.Forwarded);
        await Duty(cluster, (leader + 1) % 3, peers).PerformAsync(CancellationToken.None);
        Assert.False(Directory.Exists(Path.Combine(cluster.FolderOf((leader + 1) % 3), "rehearsal")));
    }

    private static PreparationDuty Duty(TestCluster cluster, int member, RecordedGreetings peers) =>
        new(cluster.OptionsOf(member), cluster.Members[member]!.Node, peers, TimeProvider.System);
}
