using Grpc.Core;
using StateServer.Client.Endpoints;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Watches;

/// <summary>One watch on one member. For one reader.</summary>
internal sealed class WatchAttempt : IDisposable
{
    private readonly AsyncDuplexStreamingCall<WatchRequest, WatchResponse> _call;
    private readonly CancellationTokenSource _cancel;

    private WatchAttempt(EndpointConnection connection, CancellationToken cancellationToken)
    {
        Connection = connection;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _call = new Watch.WatchClient(connection.Invoker).Watch(new CallOptions(RequireLeader(), cancellationToken: _cancel.Token));
    }

    /// <summary>The member.</summary>
    internal EndpointConnection Connection { get; }

    /// <summary>Asks for a watch and waits for the answer.</summary>
    /// <param name="connection">The member.</param>
    /// <param name="request">The watch.</param>
    /// <param name="limit">How long the answer may take.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the watch.</param>
    /// <returns>The watch and the answer, which may be a refusal.</returns>
    /// <exception cref="RpcException">The member did not answer, or ended the stream.</exception>
    internal static async Task<(WatchAttempt Attempt, WatchResponse Answer)> StartAsync(
        EndpointConnection connection, WatchCreateRequest request, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var attempt = new WatchAttempt(connection, cancellationToken);
        try
        {
            // The registration's end waits for one that runs: the limit may be over just as the attempt fails and is disposed of.
            using var timeout = new CancellationTokenSource(limit, time);
            using var registration = timeout.Token.Register(attempt._cancel.Cancel);
            await attempt._call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = request }, attempt._cancel.Token);
            return (attempt, await attempt.NextAsync());
        }
        catch
        {
            attempt.Dispose();
            throw;
        }
    }

    /// <summary>The next response.</summary>
    /// <exception cref="RpcException">The stream ended.</exception>
    internal async Task<WatchResponse> NextAsync() =>
        await _call.ResponseStream.MoveNext(CancellationToken.None)
            ? _call.ResponseStream.Current
            : throw new RpcException(new Status(StatusCode.Unavailable, "the member ended the stream"));

    public void Dispose()
    {
        _call.Dispose();
        _cancel.Dispose();
    }

    /// <summary>A member that lost the others would go on telling nothing: it is to say so.</summary>
    private static Metadata RequireLeader() => new() { { "hasleader", "true" } };
}
