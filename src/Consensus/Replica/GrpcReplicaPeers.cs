using Grpc.Core;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;
using ReplicaClient = StateServer.Protos.Replica.Replica.ReplicaClient;

namespace StateServer.Consensus.Replica;

/// <summary>The other members over gRPC, on the connections that <see cref="PeerChannels"/> keeps. Thread-safe.</summary>
/// <param name="channels">The connections.</param>
internal sealed class GrpcReplicaPeers(PeerChannels channels) : IReplicaPeers
{
    /// <inheritdoc/>
    public ValueTask<IPeerExchange<ForwardRequest, ForwardReply>> OpenForwardAsync(NodeId leader, CancellationToken cancellationToken)
        => OpenAsync(leader, client => client.Forward(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IPeerExchange<ReadIndexRequest, ReadIndexReply>> OpenReadIndexAsync(NodeId leader, CancellationToken cancellationToken)
        => OpenAsync(leader, client => client.ReadIndex(), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LeasesReply> AskLeasesAsync(NodeId leader, LeasesRequest request, CancellationToken cancellationToken)
        => AskAsync(leader, client => client.AskLeasesAsync(request, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<StatusReply> GetStatusAsync(NodeId member, CancellationToken cancellationToken)
        => AskAsync(member, client => client.GetStatusAsync(new(), cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<DigestsReply> CompareDigestsAsync(NodeId member, DigestsRequest request, CancellationToken cancellationToken)
        => AskAsync(member, client => client.CompareDigestsAsync(request, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ReachReply> ReachAsync(NodeId member, ReachRequest request, CancellationToken cancellationToken)
        => AskAsync(member, client => client.ReachAsync(request, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<TransferReply> TransferLeadershipAsync(NodeId leader, TransferRequest request, CancellationToken cancellationToken)
        => AskAsync(leader, client => client.TransferLeadershipAsync(request, cancellationToken: cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<PrepareReply> PrepareAsync(NodeId member, CancellationToken cancellationToken)
        => AskAsync(member, client => client.PrepareAsync(new(), cancellationToken: cancellationToken), cancellationToken);

    private async ValueTask<TReply> AskAsync<TReply>(
        NodeId member, Func<ReplicaClient, AsyncUnaryCall<TReply>> ask, CancellationToken cancellationToken)
    {
        try
        {
            using var call = ask(new(channels.Invoker(member)));
            return await call.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new PeerUnavailableException(member, PeerUnavailableException.ReasonOf(e), e);
        }
    }

    private async ValueTask<IPeerExchange<TRequest, TReply>> OpenAsync<TRequest, TReply>(
        NodeId member, Func<ReplicaClient, AsyncDuplexStreamingCall<TRequest, TReply>> open, CancellationToken cancellationToken)
        where TReply : class
    {
        AsyncDuplexStreamingCall<TRequest, TReply>? call = null;
        try
        {
            call = open(new(channels.Invoker(member)));

            // The other end answers its headers at once: before that, nothing has been sent.
            await call.ResponseHeadersAsync.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new GrpcExchange<TRequest, TReply>(member, call);
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            call?.Dispose();
            cancellationToken.ThrowIfCancellationRequested();
            throw new PeerUnavailableException(member, e is RpcException rpc ? PeerUnavailableException.ReasonOf(rpc) : e.Message, e);
        }
    }
}
