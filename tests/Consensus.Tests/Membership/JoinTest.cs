using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Raft;

namespace StateServer.Consensus.Tests.Membership;

public sealed class JoinTest
{
    [Fact]
    public async Task A_joining_member_is_taught_and_goes_on_learning_over_restarts_of_its_own_and_of_the_leader()
    {
        await using var cluster = new TestCluster(1, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(1);
        var learner = cluster.Members[1]!.Node;
        Assert.Null(learner.Fault);
        Assert.True(learner.Position.IsLearner);
        Assert.Equal(cluster.IdOf(0), learner.Position.Leader);
        Assert.Equal([cluster.IdOf(0)], learner.Status.Voters);
        Assert.False(learner.Status.IsVoter);

        await cluster.KillAsync(1);
        await cluster.ProposeAsync("two");
        await cluster.StartAsync(1);
        await cluster.TaughtAsync(1);
        await cluster.KillAsync(0);
        await cluster.StartAsync(0);
        await cluster.ProposeAsync("three");
        await cluster.TaughtAsync(1);
        Assert.Equal(["one", "two", "three"], cluster.Members[1]!.Applier.Commands);
        Assert.False(cluster.Members[1]!.Node.Status.IsVoter);
    }

    [Fact]
    public async Task A_learner_without_a_leader_says_that_it_knows_none()
    {
        await using var cluster = new TestCluster(1, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(1);
        var learner = cluster.Members[1]!.Node;
        var term = learner.Status.Term;
        await cluster.KillAsync(0);
        await TestCluster.EventuallyAsync(() => learner.Position.Leader.IsNone, () => $"{learner.Position}");
        Assert.Null(learner.Fault);
        Assert.Equal(term, learner.Status.Term);
        Assert.False(learner.Status.IsLeader);
    }

    [Fact]
    public async Task A_leader_whom_learners_alone_answer_confirms_nothing_commits_nothing_and_steps_down()
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(3);
        var leader = await cluster.LeaderAsync();
        var term = leader.Node.Status.Term;
        await Task.WhenAll(cluster.Running.Where(member => member != leader && member != cluster.Members[3]).Select(cluster.IndexOf).ToList().Select(cluster.KillAsync));
        var commit = leader.Node.Status.CommitIndex;
        await Assert.ThrowsAsync<NotLeadingException>(() => leader.Node.ConfirmLeadershipAsync(CancellationToken.None).AsTask());
        await TestCluster.EventuallyAsync(() => !leader.Node.Status.IsLeader, () => leader.Node.Status.ToString());
        Assert.Equal((term, commit), (leader.Node.Status.Term, leader.Node.Status.CommitIndex));
        Assert.Empty(leader.Node.Status.Learners);
    }

    [Fact]
    public async Task A_member_that_nobody_expects_or_that_is_not_admitted_waits_and_says_why()
    {
        await using var cluster = new TestCluster(1, joining: 1);
        await cluster.StartAsync();
        await cluster.StartAsync(1);
        await FaultAsync(cluster, $"refused: member {cluster.IdOf(1)} is not known here");
        cluster.Roster.RefusesAdmissions = "the name m2 is taken";
        cluster.Roster.Expect(cluster.Joining[0]);
        await FaultAsync(cluster, "refused: the name m2 is taken");
        Assert.Empty(cluster.Members[0]!.Node.Status.Learners);
        cluster.Roster.RefusesAdmissions = null;
        await cluster.ProposeAsync("one");
        await cluster.TaughtAsync(1);
        Assert.Null(cluster.Members[1]!.Node.Fault);
    }

    [Fact]
    public async Task A_member_of_another_cluster_is_refused_and_says_so()
    {
        await using var cluster = new TestCluster(1, joining: 1);
        await cluster.StartAsync();
        cluster.Roster.Expect(cluster.Joining[0]);
        await cluster.OpenAsync(1, cluster.OptionsOf(1) with { Cluster = new(8) });
        await cluster.StartOpenedAsync(1);
        await FaultAsync(cluster, "this is a member of cluster 7, not of 8");
        Assert.True(cluster.Roster.Current.Find(cluster.IdOf(1))!.Folder.IsNone);
    }

    [Fact]
    public async Task A_learner_with_an_emptied_folder_is_refused_by_the_others_and_refuses_the_leader()
    {
        await using var cluster = new TestCluster(1, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.JoinAsync(1);
        await cluster.KillAsync(1);
        Directory.Delete(cluster.FolderOf(1), recursive: true);
        await cluster.StartAsync(1);
        await FaultAsync(cluster, $"member {cluster.IdOf(1)} is bound to folder");
        await TestCluster.EventuallyAsync(
            () => Problem(cluster)?.Contains("its data folder was emptied or swapped", StringComparison.Ordinal) == true,
            () => $"{Problem(cluster)}");
        Assert.Equal(0, cluster.Members[1]!.Node.Status.LastIndex);

        static string? Problem(TestCluster cluster) => cluster.Members[0]!.Node.Status.Learners.GetValueOrDefault(cluster.IdOf(1))?.Problem;
    }

    [Fact]
    public async Task A_learner_far_behind_gets_a_snapshot_and_restarts_with_one_that_was_half_installed()
    {
        await using var cluster = new TestCluster(1, tailEntries: 5, joining: 1);
        await cluster.StartAsync();
        for (var i = 0; i < 24; i++)
        {
            await cluster.ProposeAsync($"{i}:{new string('x', 1024 * 1024)}");
        }

        var leader = cluster.Members[0]!;
        await SnapshotTest.WriteSnapshotAsync(leader);
        await TestCluster.EventuallyAsync(() => leader.Node.Status.FirstIndex > 10, () => leader.Node.Status.ToString());
        await cluster.JoinAsync(1);
        Assert.True(cluster.Members[1]!.Applier.Restored > 0);

        // A crash right after a snapshot got its name, and in the middle of the next one.
        await cluster.KillAsync(1);
        for (var i = 0; i < 5; i++)
        {
            await cluster.ProposeAsync($"{i}");
        }

        await SnapshotTest.WriteSnapshotAsync(leader);
        var snapshot = leader.Node.Snapshots.Newest!;
        var folder = Path.Combine(cluster.FolderOf(1), "snapshots");
        File.Copy(snapshot.Path, Path.Combine(folder, Path.GetFileName(snapshot.Path)));
        var staged = Path.Combine(folder, "staged-7");
        await File.WriteAllTextAsync(staged, "half");
        await cluster.StartAsync(1);
        Assert.Equal(snapshot.Index, cluster.Members[1]!.Applier.Restored);
        Assert.False(File.Exists(staged));
        await cluster.ProposeAsync("last");
        await cluster.TaughtAsync(1);
    }

    private static Task FaultAsync(TestCluster cluster, string words) => TestCluster.EventuallyAsync(
        () => cluster.Members[1]!.Node.Fault?.Contains(words, StringComparison.Ordinal) == true,
        () => $"{cluster.Members[1]!.Node.Fault}");
}
