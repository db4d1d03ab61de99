using Grpc.Core;
using StateServer.Client.Endpoints;
using StateServer.Protos.Agent;

namespace StateServer.Client.Agents;

/// <summary>An agent's stream to the leader. One may send while another reads. Dispose to end it.</summary>
public sealed class AgentStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<AgentMessage, ServerMessage> _call;
    private readonly CancellationTokenSource _cancel;
    private ServerMessage? _first;

    private AgentStream(EndpointConnection connection, CancellationToken cancellationToken)
    {
        Connection = connection;
        _cancel = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _call = new Protos.Agent.Agents.AgentsClient(connection.Invoker).Follow(cancellationToken: _cancel.Token);
    }

    /// <summary>The member at its other end.</summary>
    public Endpoint Member => Connection.Endpoint;

    internal EndpointConnection Connection { get; }

    /// <summary>The leader's address, where the member answered that it doesn't lead.</summary>
    internal string? Redirection => _first?.Redirect?.Leader;

    /// <summary>Says hello to one member and waits for its answer.</summary>
    /// <exception cref="RpcException">It refused, or didn't answer in time.</exception>
    internal static async Task<AgentStream> OpenAsync(
        EndpointConnection connection, Hello hello, TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        var stream = new AgentStream(connection, cancellationToken);
        try
        {
            using var timer = time.CreateTimer(
                static state => ((CancellationTokenSource)state!).Cancel(), stream._cancel, limit, Timeout.InfiniteTimeSpan);
            await stream.SendAsync(new AgentMessage { Hello = hello });
            stream._first = await stream.NextAsync();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Sends one message; one call at a time.</summary>
    /// <exception cref="RpcException">The stream ended.</exception>
    public async Task SendAsync(AgentMessage message)
    {
        try
        {
            await _call.RequestStream.WriteAsync(message, _cancel.Token);
        }
        catch (Exception failure) when (failure is InvalidOperationException or OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"the stream ended: {failure.Message}"));
        }
    }

    /// <summary>The next message, the first of all being the answer to the hello; one call at a time.</summary>
    /// <exception cref="RpcException">The stream ended.</exception>
    public async Task<ServerMessage> NextAsync()
    {
        if (_first is { } first)
        {
            _first = null;
            return first;
        }

        try
        {
            return await _call.ResponseStream.MoveNext(CancellationToken.None)
                ? _call.ResponseStream.Current
                : throw new RpcException(new Status(StatusCode.Unavailable, "the member ended the stream"));
        }
        catch (Exception failure) when (failure is InvalidOperationException or OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, $"the stream ended: {failure.Message}"));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _call.Dispose();
        _cancel.Dispose();
    }
}
