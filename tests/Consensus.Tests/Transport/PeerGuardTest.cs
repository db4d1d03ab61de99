using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using StateServer.Consensus.Tests.Raft;
using StateServer.Consensus.Transport;

namespace StateServer.Consensus.Tests.Transport;

public sealed class PeerGuardTest
{
    [Fact]
    public async Task Calls_of_the_wrong_cluster_receiver_sender_or_folder_are_refused_with_the_reason()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        var target = cluster.Members[0]!.Node.Identity;
        var known = cluster.Members[1]!.Node.Identity;
        var right = new PeerIdentity(target.Cluster, known.Id, target.Id, known.Folder);
        using var channel = GrpcChannel.ForAddress($"http://{cluster.Initial[0].PeerAddress}");

        Assert.Equal("m1", (await Client(channel, right).GetMetadataAsync(new())).Values["name"]);
        await RefusedAsync(channel, right with { Cluster = new(8) }, "WrongCluster", "cluster 7, not of 8");
        await RefusedAsync(channel, right with { To = new(55) }, "WrongReceiver", "not 55");
        await RefusedAsync(channel, right with { From = new(66) }, "UnknownMember", "66 is not known");
        await RefusedAsync(channel, right with { From = target.Id }, "OwnId", "two processes");
        await RefusedAsync(channel, right with { Folder = new(77) }, "OtherFolder", "is bound to folder");
        await RefusedAsync(channel, right with { Folder = default }, "NoIdentity", "identity header");
        await RefusedAsync(channel, null, "NoIdentity", "identity header");

        using var stream = Client(channel, right with { Folder = new(77) }).Append();
        var refused = await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext(CancellationToken.None));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        var vote = await Assert.ThrowsAsync<RpcException>(
            async () => await Client(channel, right with { Folder = new(77) }).VoteAsync(new() { Term = 99 }));
        Assert.Equal(StatusCode.FailedPrecondition, vote.StatusCode);
        Assert.True(cluster.Members[0]!.Node.Status.Term < 99);
    }

    [Fact]
    public async Task Joining_is_answered_that_it_comes_later()
    {
        await using var cluster = new TestCluster(1);
        await cluster.StartAsync();
        var target = cluster.Members[0]!.Node;
        target.Guard.Know([new(5)]);
        using var channel = GrpcChannel.ForAddress($"http://{cluster.Initial[0].PeerAddress}");
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Client(
            channel, new(target.Identity.Cluster, new(5), target.Identity.Id, new(6))).JoinAsync(new()));
        Assert.Equal((StatusCode.FailedPrecondition, "changes of members come with a later command"), (refused.StatusCode, refused.Status.Detail));
    }

    private static Protos.Peer.Raft.RaftClient Client(GrpcChannel channel, PeerIdentity? identity) => new(
        identity is { } carried
            ? channel.Intercept(headers =>
            {
                headers.Add(PeerIdentity.HeaderName, carried.Encode());
                return headers;
            })
            : channel.CreateCallInvoker());

    private static async Task RefusedAsync(GrpcChannel channel, PeerIdentity? identity, string reason, string message)
    {
        var refused = await Assert.ThrowsAsync<RpcException>(async () => await Client(channel, identity).GetMetadataAsync(new()));
        Assert.Equal(StatusCode.FailedPrecondition, refused.StatusCode);
        Assert.Equal(reason, refused.Trailers.GetValue(PeerRefusal.TrailerName));
        Assert.Contains(message, refused.Status.Detail, StringComparison.Ordinal);
    }
}
