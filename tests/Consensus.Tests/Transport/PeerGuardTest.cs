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
    public async Task Who_is_not_known_may_ask_for_votes_and_lead_and_nothing_else()
    {
        await using var cluster = new TestCluster(1);
        await cluster.StartAsync();
        var target = cluster.Members[0]!.Node;
        var stranger = new PeerIdentity(target.Identity.Cluster, new(5), target.Identity.Id, new(6));
        using var channel = GrpcChannel.ForAddress($"http://{cluster.Initial[0].PeerAddress}");
        await RefusedAsync(channel, stranger, "UnknownMember", "5 is not known");
        Assert.False((await Client(channel, stranger).VoteAsync(new() { Term = 0 })).Granted);
        await RefusedAsync(channel, stranger with { To = default }, "WrongReceiver", $"this is member {target.Identity.Id}, not 0");
        var join = await Assert.ThrowsAsync<RpcException>(async () => await Client(channel, stranger with { To = default }).JoinAsync(new()));
        Assert.Equal("UnknownMember", join.Trailers.GetValue(PeerRefusal.TrailerName));
    }

    /// <summary>A voter whose disk was emptied must not vote again: the candidate knows its folder, it has another one.</summary>
    [Fact]
    public async Task A_call_for_another_folder_than_this_members_is_refused()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        var target = cluster.Members[0]!.Node.Identity;
        var known = cluster.Members[1]!.Node.Identity;
        var right = new PeerIdentity(target.Cluster, known.Id, target.Id, known.Folder, target.Folder);
        using var channel = GrpcChannel.ForAddress($"http://{cluster.Initial[0].PeerAddress}");
        Assert.Equal("m1", (await Client(channel, right).GetMetadataAsync(new())).Values["name"]);
        await RefusedAsync(channel, right with { Expected = new(77) }, "ReceiverInOtherFolder", "knows it in 77");
    }

    private static Protos.Peer.Raft.RaftClient Client(GrpcChannel channel, PeerIdentity? identity) => new(
        identity is { } carried
            ? channel.Intercept(headers =>
            {
                carried.Write(headers);
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
