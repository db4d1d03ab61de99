using Grpc.Core;
using Grpc.Core.Interceptors;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>Stands before every service on the peer port, and lets in only what the <see cref="PeerGuard"/> lets in.</summary>
internal sealed class PeerIdentityServerInterceptor(PeerGuard guard) : Interceptor
{
    private const string CallerKey = "stateserver.caller";

    /// <summary>The member that made this call.</summary>
    public static NodeId CallerOf(ServerCallContext context) => ((PeerIdentity)context.UserState[CallerKey]).From;

    /// <summary>The folder of the member that made this call.</summary>
    public static FolderId CallerFolderOf(ServerCallContext context) => ((PeerIdentity)context.UserState[CallerKey]).Folder;

    /// <summary>The exception that tells a caller why it was refused; counts the refusal.</summary>
    public static RpcException Refuse(PeerRefusal refusal)
    {
        PeerRefusalCounter.Count(refusal.Reason);
        return new RpcException(
            new Grpc.Core.Status(StatusCode.FailedPrecondition, refusal.Message),
            new Metadata { { PeerRefusal.TrailerName, refusal.Reason.ToString() } });
    }

    /// <inheritdoc/>
    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(request, context);
    }

    /// <inheritdoc/>
    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(requestStream, context);
    }

    /// <inheritdoc/>
    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(request, responseStream, context);
    }

    /// <inheritdoc/>
    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        Admit(context);
        return continuation(requestStream, responseStream, context);
    }

    private void Admit(ServerCallContext context)
    {
        if (!PeerIdentity.TryRead(context.RequestHeaders, out var caller))
        {
            throw Refuse(new(PeerRefusalReason.NoIdentity, "a call between members must carry its identity header"));
        }

        if (guard.Check(caller) is { } refusal)
        {
            throw Refuse(refusal);
        }

        context.UserState[CallerKey] = caller;
    }
}
