using Grpc.Core;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Transport;

/// <summary>The way to another member through the peer services.</summary>
internal sealed class GrpcPeerLink : IPeerLink
{
    /// <summary>A follower that takes no chunk of a snapshot for so long is given up.</summary>
    private static readonly TimeSpan SnapshotStall = TimeSpan.FromSeconds(5);

    private readonly NodeId _peer;
    private readonly PeerChannels _channels;
    private readonly SnapshotSender _snapshots;
    private readonly AppendStream _stream;
    private readonly TimeProvider _time;

    /// <summary>Makes the way; nothing is sent before it is asked to.</summary>
    public GrpcPeerLink(
        NodeId peer, PeerChannels channels, SnapshotStore snapshots, ReplicaOptions options, TimeProvider time)
    {
        _peer = peer;
        _channels = channels;
        _time = time;
        _snapshots = new(snapshots, channels, SnapshotStall, time);
        _stream = new(peer, () => channels.RaftInvoker(peer), options.ElectionTimeoutLow, options.Heartbeat / 2, time);
    }

    private Protos.Peer.Raft.RaftClient Client => new(_channels.RaftInvoker(_peer));

    /// <inheritdoc/>
    public Task<PreVoteReply> PreVoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync((client, options) => client.PreVoteAsync(request, options), timeout, cancellationToken);

    /// <inheritdoc/>
    public Task<VoteReply> VoteAsync(VoteRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync((client, options) => client.VoteAsync(request, options), timeout, cancellationToken);

    /// <inheritdoc/>
    public Task<AppendReply> AppendAsync(AppendRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => _stream.SendAsync(request, timeout, cancellationToken);

    /// <inheritdoc/>
    public Task<SnapshotReply> SendSnapshotAsync(long term, Action<SnapshotProgress> progressed, CancellationToken cancellationToken)
        => _snapshots.SendAsync(_peer, term, progressed, cancellationToken);

    /// <inheritdoc/>
    public Task<TimeoutNowReply> TimeoutNowAsync(TimeoutNowRequest request, TimeSpan timeout, CancellationToken cancellationToken)
        => CallAsync((client, options) => client.TimeoutNowAsync(request, options), timeout, cancellationToken);

    /// <inheritdoc/>
    public Task<ResignReply> ResignAsync(CancellationToken cancellationToken)
        => CallAsync((client, options) => client.ResignAsync(new(), options), Timeout.InfiniteTimeSpan, cancellationToken);

    /// <inheritdoc/>
    public Task<MetadataReply> GetMetadataAsync(CancellationToken cancellationToken)
        => CallAsync((client, options) => client.GetMetadataAsync(new(), options), Timeout.InfiniteTimeSpan, cancellationToken);

    /// <inheritdoc/>
    public void AbortAppend() => _stream.Abort();

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private async Task<TReply> CallAsync<TReply>(
        Func<Protos.Peer.Raft.RaftClient, CallOptions, AsyncUnaryCall<TReply>> call, TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            DateTime? deadline = timeout == Timeout.InfiniteTimeSpan ? null : (_time.GetUtcNow() + timeout).UtcDateTime;
            using var asked = call(Client, new(deadline: deadline, cancellationToken: cancellationToken));
            return await asked.ResponseAsync.ConfigureAwait(false);
        }
        catch (RpcException exception)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new PeerUnavailableException(_peer, $"{exception.StatusCode}: {PeerUnavailableException.ReasonOf(exception)}", exception);
        }
    }
}
