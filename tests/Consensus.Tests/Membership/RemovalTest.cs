using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using StateServer.Consensus.Log;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Raft;
using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Tests.Membership;

public sealed class RemovalTest
{
    [Fact]
    public async Task A_removed_voter_that_comes_back_is_told_so_disturbs_no_term_and_never_starts_again()
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var gone = await RemoveDeadAsync(cluster);
        var leader = await cluster.LeaderAsync();
        var term = leader.Node.Status.Term;

        await cluster.OpenAsync(gone, cluster.OptionsOf(gone), isTold: false);
        await cluster.StartOpenedAsync(gone);
        var removed = cluster.Members[gone]!.Node;
        var reason = await removed.Removal.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains($"member {cluster.IdOf(gone)} was removed from cluster 7", reason, StringComparison.Ordinal);
        Assert.StartsWith("removed from the cluster: ", removed.Fault, StringComparison.Ordinal);
        Assert.False(removed.Position.IsLearner);
        await Assert.ThrowsAsync<NotLeadingException>(
            () => removed.AppendAsync(removed.Status.Term, default, reserve: false, CancellationToken.None).AsTask());
        await cluster.ProposeAsync("two");
        Assert.Equal(term, leader.Node.Status.Term);
        Assert.Same(leader, await cluster.LeaderAsync());

        await cluster.KillAsync(gone);
        var refused = await Assert.ThrowsAsync<MemberFolderException>(() => cluster.OpenAsync(gone));
        Assert.Contains("was retired and must not be used again", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task A_member_that_is_removed_while_it_runs_is_told_by_the_log_and_ends()
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var gone = cluster.IndexOf(cluster.Running.First(member => member != leader));
        await cluster.RemoveVoterAsync(gone);
        cluster.Roster.Remove(cluster.IdOf(gone));
        var reason = await cluster.Members[gone]!.Node.Removal.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.NotEmpty(reason);
        await cluster.ProposeAsync("two");
        Assert.DoesNotContain("two", cluster.Members[gone]!.Applier.Commands);
    }

    [Fact]
    public async Task A_tombstone_outlives_a_restart_and_ends_streams_that_were_open_before_it()
    {
        await using var cluster = new TestCluster(3, joining: 1);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        var leader = await cluster.LeaderAsync();
        var goneIndex = cluster.IndexOf(cluster.Running.First(member => member != leader));
        var gone = cluster.Members[goneIndex]!.Node.Identity;
        var peer = cluster.IndexOf(leader);
        var identity = new PeerIdentity(gone.Cluster, gone.Id, cluster.IdOf(peer), gone.Folder);
        using var channel = GrpcChannel.ForAddress($"http://{cluster.Initial[peer].PeerAddress}");
        using var stream = new Protos.Peer.Raft.RaftClient(channel.Intercept(headers =>
        {
            identity.Write(headers);
            return headers;
        })).Append();
        await stream.RequestStream.WriteAsync(new() { Sequence = 1, Term = 0 });
        Assert.True(await stream.ResponseStream.MoveNext(CancellationToken.None));
        await cluster.RemoveVoterAsync(goneIndex);
        cluster.Roster.Remove(gone.Id);
        await stream.RequestStream.WriteAsync(new() { Sequence = 2, Term = 0 });
        var refused = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal("Removed", refused.Trailers.GetValue(PeerRefusal.TrailerName));

        var path = Path.Combine(cluster.FolderOf(peer), "identity");
        await TestCluster.EventuallyAsync(
            () => IdentityStore.Open(path, LibcDisk.Instance).Current.Removed.Contains(gone.Id), () => "the tombstone is not on disk");
        await cluster.KillAsync(peer);
        await cluster.OpenAsync(peer, cluster.OptionsOf(peer), isTold: false);
        Assert.Equal(PeerRefusalReason.Removed, cluster.Members[peer]!.Node.Guard.Check(identity)?.Reason);
    }

    private static async Task<int> RemoveDeadAsync(TestCluster cluster)
    {
        var leader = await cluster.LeaderAsync();
        var dead = cluster.IndexOf(cluster.Running.First(member => member != leader));
        await cluster.KillAsync(dead);
        await cluster.SilentAsync(dead);
        await cluster.RemoveVoterAsync(dead);
        cluster.Roster.Remove(cluster.IdOf(dead));
        return dead;
    }
}
