using Grpc.Core;
using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Transport;

/// <summary>The members' Raft service, on the peer port behind <see cref="PeerIdentityServerInterceptor"/>.</summary>
/// <param name="node">This member.</param>
internal sealed class RaftPeerService(RaftNode node) : Protos.Peer.Raft.RaftBase
{
    /// <inheritdoc/>
    public override Task<IdentifyReply> Identify(IdentifyRequest request, ServerCallContext context)
    {
        if (!node.Bootstrap.CanAnswer)
        {
            throw Starting();
        }

        var (reply, refusal) = node.Bootstrap.Answer(request);
        return refusal is null ? Task.FromResult(reply!) : throw PeerIdentityServerInterceptor.Refuse(refusal);
    }

    /// <inheritdoc/>
    public override async Task<PreVoteReply> PreVote(VoteRequest request, ServerCallContext context)
        => await Started().PreVoteAsync(request, context.CancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task<VoteReply> Vote(VoteRequest request, ServerCallContext context)
        => await Started().VoteAsync(PeerIdentityServerInterceptor.CallerOf(context), request, context.CancellationToken)
            .ConfigureAwait(false);

    /// <inheritdoc/>
    public override async Task Append(
        IAsyncStreamReader<AppendRequest> requestStream, IServerStreamWriter<AppendReply> responseStream, ServerCallContext context)
    {
        var cluster = Started();
        var leader = PeerIdentityServerInterceptor.CallerOf(context);
        await context.WriteResponseHeadersAsync([]).ConfigureAwait(false);
        while (await requestStream.MoveNext(context.CancellationToken).ConfigureAwait(false))
        {
            var reply = await AppendAsync(cluster, leader, requestStream.Current, context.CancellationToken).ConfigureAwait(false);
            await responseStream.WriteAsync(reply).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public override async Task<SnapshotReply> InstallSnapshot(
        IAsyncStreamReader<SnapshotChunk> requestStream, ServerCallContext context)
    {
        Started();
        return await node.Installer
            .ReceiveAsync(PeerIdentityServerInterceptor.CallerOf(context), requestStream, context.CancellationToken)
            .ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public override async Task<TimeoutNowReply> TimeoutNow(TimeoutNowRequest request, ServerCallContext context)
    {
        var refusal = await Started().CampaignAsync(PeerIdentityServerInterceptor.CallerOf(context), request).ConfigureAwait(false);
        return new() { Accepted = refusal is null, Reason = refusal ?? "" };
    }

    /// <inheritdoc/>
    public override async Task<ResignReply> Resign(ResignRequest request, ServerCallContext context)
        => new() { Resigned = await Started().StepDownAsync(context.CancellationToken).ConfigureAwait(false) };

    /// <inheritdoc/>
    public override async Task<SynchronizeReply> Synchronize(SynchronizeRequest request, ServerCallContext context)
    {
        Started();
        try
        {
            return new() { Leads = true, ReadIndex = await node.ConfirmLeadershipAsync(context.CancellationToken).ConfigureAwait(false) };
        }
        catch (NotLeadingException)
        {
            return new() { Leads = false };
        }
    }

    /// <inheritdoc/>
    public override Task<MetadataReply> GetMetadata(MetadataRequest request, ServerCallContext context)
    {
        var reply = new MetadataReply();
        foreach (var (name, value) in Started().Metadata)
        {
            reply.Values.Add(name, value);
        }

        return Task.FromResult(reply);
    }

    /// <inheritdoc/>
    public override async Task<JoinReply> Join(JoinRequest request, ServerCallContext context)
    {
        Started();
        return await new JoinDesk(node).ReceiveAsync(PeerIdentityServerInterceptor.IdentityOf(context), request, context.CancellationToken)
            .ConfigureAwait(false);
    }

    /// <summary>A full disk is no defect: the leader gets a reason, and the log no stack each time it tries again.</summary>
    private static async ValueTask<AppendReply> AppendAsync(
        MemberCluster cluster, NodeId leader, AppendRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await cluster.AppendAsync(leader, request, cancellationToken).ConfigureAwait(false);
        }
        catch (LogSpaceException exception)
        {
            throw new RpcException(new Grpc.Core.Status(StatusCode.ResourceExhausted, exception.Message));
        }
    }

    private MemberCluster Started() => node.Cluster ?? throw Starting();

    private RpcException Starting() =>
        new(new Grpc.Core.Status(StatusCode.Unavailable, node.Bootstrap.Fault ?? node.Fault ?? "this member is starting"));
}
