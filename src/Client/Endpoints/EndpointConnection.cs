using Grpc.Core;
using Grpc.Net.Client;

namespace StateServer.Client.Endpoints;

/// <summary>One channel to one endpoint; it reconnects by itself. Thread-safe.</summary>
internal sealed class EndpointConnection : IDisposable
{
    /// <summary>A peer that answers no ping for this long is given up: a frozen process keeps its TCP connections open.</summary>
    private static readonly TimeSpan PingTimeout = TimeSpan.FromSeconds(3);

    private readonly GrpcChannel _channel;

    internal EndpointConnection(Endpoint endpoint, ClientOptions options)
    {
        Endpoint = endpoint;
        _channel = GrpcChannel.ForAddress(endpoint.Address, new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                EnableMultipleHttp2Connections = true,
                KeepAlivePingDelay = PingTimeout,
                KeepAlivePingTimeout = PingTimeout,
                KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
                ConnectTimeout = options.ConnectTimeout,
            },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            InitialReconnectBackoff = options.BackoffLow,
            MaxReconnectBackoff = options.BackoffHigh,
        });
        Invoker = _channel.CreateCallInvoker();
    }

    internal Endpoint Endpoint { get; }

    internal CallInvoker Invoker { get; }

    /// <summary>True unless the connection is known to be down.</summary>
    internal bool IsUsable => _channel.State is ConnectivityState.Ready or ConnectivityState.Idle;

    /// <summary>Waits until it is connected (true), or an attempt to connect failed (false).</summary>
    internal async Task<bool> TryConnectAsync(CancellationToken cancellationToken)
    {
        var connecting = _channel.ConnectAsync(cancellationToken);
        try
        {
            while (true)
            {
                var state = _channel.State;
                switch (state)
                {
                    case ConnectivityState.Ready:
                        return true;
                    case ConnectivityState.TransientFailure or ConnectivityState.Shutdown:
                        return false;
                    default:
                        await _channel.WaitForStateChangedAsync(state, cancellationToken);
                        break;
                }
            }
        }
        finally
        {
            // It goes on until connected or cancelled; its end is of no interest.
            _ = connecting.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }

    public void Dispose() => _channel.Dispose();
}
