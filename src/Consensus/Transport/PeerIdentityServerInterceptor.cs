using Grpc.Core;
using Grpc.Core.Interceptors;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>Stands before every service on the peer port, and lets in only what the <see cref="PeerGuard"/> lets in.</summary>
/// <param name="guard">The guard.</param>
/// <param name="channels">Told where members say that they are reached.</param>
internal sealed class PeerIdentityServerInterceptor(PeerGuard guard, PeerChannels channels) : Interceptor
{
    private const string CallerKey = "stateserver.caller";

    private const string RaftService = "/stateserver.peer.v1.Raft/";

    /// <summary>Who this call says that it comes from, where the guard let it in.</summary>
    public static PeerIdentity IdentityOf(ServerCallContext context) => (PeerIdentity)context.UserState[CallerKey];

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
        var caller = Admit(context);
        return continuation(new GuardedReader<TRequest>(requestStream, guard, caller), context);
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
        var caller = Admit(context);
        return continuation(new GuardedReader<TRequest>(requestStream, guard, caller), responseStream, context);
    }

    private static PeerCall CallOf(string method) => method switch
    {
        RaftService + "Join" => PeerCall.Join,
        RaftService + "Vote" or RaftService + "PreVote" or RaftService + "Append" or RaftService + "InstallSnapshot" => PeerCall.Raft,
        _ => PeerCall.Service,
    };

    private NodeId Admit(ServerCallContext context)
    {
        if (!PeerIdentity.TryRead(context.RequestHeaders, out var caller))
        {
            throw Refuse(new(PeerRefusalReason.NoIdentity, "a call between members must carry its identity header"));
        }

        if (guard.Check(caller, CallOf(context.Method)) is { } refusal)
        {
            throw Refuse(refusal);
        }

        if (caller.Address is { } address && guard.IsBound(caller))
        {
            channels.Announce(caller.From, address);
        }

        context.UserState[CallerKey] = caller;
        return caller.From;
    }
}
