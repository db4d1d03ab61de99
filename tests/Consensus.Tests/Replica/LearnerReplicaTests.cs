using StateServer.Consensus.Hosting;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Tests.Replica;

/// <summary>A whole member without a vote, over real gRPC and a real folder.</summary>
public sealed class LearnerReplicaTests
{
    [Fact]
    public async Task A_learner_serves_serializable_reads_and_forwards_the_rest()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k", "one"));
        var options = cluster.JoinOptions(0);
        await using var learner = await HostedMember.StartAsync(options);
        await Eventually.IsTrueAsync(() => learner.Node.Fault is { } fault && fault.Contains("joining", StringComparison.Ordinal), "it is joining", 60);
        Assert.Throws<ReadRefusedException>(() => learner.Replica.ReadSerializable());

        // Expected, it is taken in: the log binds its id to its folder.
        await Eventually.IsTrueAsync(() => cluster[0].Replica.State.Membership.Voters.Count == 3, "the voters are known", 60);
        Assert.IsNotType<Rejection>(await cluster[0].Replica.ProposeAsync(
            new AddMemberCommand(options.Id, options.Name, options.Zone, null, "the test wants it")));
        await Eventually.IsTrueAsync(() => learner.Replica.Status.Role == MemberRole.Learner && learner.Replica.State.VersionOf("k") == 1, "it is taught", 60);
        Assert.Equal(1, learner.Replica.ReadSerializable().VersionOf("k"));
        Assert.True(learner.Replica.Position.IsLearner);
        Assert.IsType<PutOutcome>(await learner.Replica.ProposeAsync(Commands.Put("k", "two")));
        Assert.Equal(2, learner.Replica.State.VersionOf("k"));
        await cluster[1].Replica.ProposeAsync(Commands.Put("k", "three"));
        Assert.Equal(3, (await learner.Replica.ReadLinearizableAsync(CancellationToken.None)).VersionOf("k"));
        Assert.Equal(3, cluster[0].Replica.Status.Voters.Length);
        Assert.Equal(learner.Node.Identity.Folder, learner.Replica.State.Members[options.Id].Folder);
        Assert.Equal(3, learner.Replica.State.Membership.Voters.Count);
    }

    [Fact]
    public async Task A_removed_member_serves_nothing_and_ends_its_process_with_an_exit_code_of_its_own()
    {
        await using var cluster = new HostedCluster();
        await cluster.StartAsync();
        await cluster[0].Replica.ProposeAsync(Commands.Put("k"));
        var gone = ((await cluster.LeaderAsync()) + 1) % 3;
        var member = cluster[gone];
        var before = Environment.ExitCode;
        try
        {
            member.Node.Follow(new([], [member.Node.Identity.Id]));
            Assert.Throws<ReadRefusedException>(() => member.Replica.ReadSerializable());
            await member.Node.Removal.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.Contains("removed from the cluster", member.Replica.Status.Unhealthy, StringComparison.Ordinal);
            await Eventually.IsTrueAsync(() => member.IsStopping, "its host stops", 60);
            Assert.Equal(ReplicaLifetime.RemovedExitCode, Environment.ExitCode);
            await Assert.ThrowsAsync<ProposalRefusedException>(() => member.Replica.ProposeAsync(Commands.Put("k")));
        }
        finally
        {
            Environment.ExitCode = before;
        }

        await cluster[(gone + 1) % 3].Replica.ProposeAsync(Commands.Put("k"));
    }
}
