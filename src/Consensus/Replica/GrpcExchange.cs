using Grpc.Core;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Replica;

/// <summary>A bidirectional gRPC call as an exchange.</summary>
/// <typeparam name="TRequest">What is sent.</typeparam>
/// <typeparam name="TReply">What comes back.</typeparam>
/// <param name="member">The other end.</param>
/// <param name="call">The call; disposed with this.</param>
internal sealed class GrpcExchange<TRequest, TReply>(NodeId member, AsyncDuplexStreamingCall<TRequest, TReply> call)
    : IPeerExchange<TRequest, TReply>
    where TReply : class
{
    /// <inheritdoc/>
    public async ValueTask SendAsync(TRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await call.RequestStream.WriteAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (BrokenStream.Is(e))
        {
            throw Unavailable(e, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<TReply?> ReceiveAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await call.ResponseStream.MoveNext(cancellationToken).ConfigureAwait(false)
                ? call.ResponseStream.Current
                : null;
        }
        catch (Exception e) when (BrokenStream.Is(e))
        {
            throw Unavailable(e, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        call.Dispose();
        return ValueTask.CompletedTask;
    }

    private PeerUnavailableException Unavailable(Exception cause, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(member, cause is RpcException rpc ? PeerUnavailableException.ReasonOf(rpc) : cause.Message, cause);
    }
}
