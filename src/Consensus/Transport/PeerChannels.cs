using System.Collections.Concurrent;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>
/// Leads from a member's id to calls on its peer port, with this member's identity attached to each. Addresses may change, ids
/// never do. Raft's own stream has a connection of its own, so that bulk traffic never stands before a heartbeat. Thread-safe.
/// </summary>
/// <param name="identity">This member.</param>
/// <param name="connectTimeout">How long a connection may take to come up.</param>
internal sealed class PeerChannels(MemberIdentity identity, TimeSpan connectTimeout) : IDisposable
{
    /// <summary>A connection that is silent for this long is asked whether it still lives.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);

    /// <summary>Large enough that a full append message never waits for a window update on a local network, bytes.</summary>
    private const int StreamWindowBytes = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<NodeId, Peer> _peers = [];
    private int _disposed;

    /// <summary>Tells where a member is reached from now on.</summary>
    /// <param name="id">The member.</param>
    /// <param name="address">host:port of its peer service.</param>
    public void SetAddress(NodeId id, string address)
    {
        if (_peers.TryGetValue(id, out var known) && known.Address == address)
        {
            return;
        }

        var made = new Peer(address, Open(id, address), Open(id, address));
        Peer? replaced = null;
        _peers.AddOrUpdate(id, made, (_, old) =>
        {
            replaced = old;
            return made;
        });
        replaced?.Close();
    }

    /// <summary>Where a member is reached; null where that is not known.</summary>
    public string? AddressOf(NodeId id) => _peers.TryGetValue(id, out var peer) ? peer.Address : null;

    /// <summary>Calls for any service on a member's peer port, over the connection for all but Raft's own stream.</summary>
    /// <exception cref="RpcException">UNAVAILABLE: the member's address is not known.</exception>
    public CallInvoker Invoker(NodeId id) => Of(id).Services.Invoker;

    /// <summary>Calls for Raft's own stream and votes.</summary>
    /// <exception cref="RpcException">UNAVAILABLE: the member's address is not known.</exception>
    public CallInvoker RaftInvoker(NodeId id) => Of(id).Raft.Invoker;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            foreach (var peer in _peers.Values)
            {
                peer.Close();
            }
        }
    }

    private static async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(context.DnsEndPoint, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private Peer Of(NodeId id) => _peers.TryGetValue(id, out var peer)
        ? peer
        : throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, $"the address of member {id} is not known"));

    private Connection Open(NodeId to, string address)
    {
        // The connect callback also keeps the channel from its own reconnection back-off of a second and more: a member that
        // comes back is reached at the next heartbeat.
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = ConnectAsync,
            ConnectTimeout = connectTimeout,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingDelay,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
        };
        var channel = GrpcChannel.ForAddress($"http://{address}", new GrpcChannelOptions
        {
            HttpHandler = handler,
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            MaxRetryAttempts = null,
        });
        var header = new PeerIdentity(identity.Cluster, identity.Id, to, identity.Folder).Encode();
        return new(channel, channel.CreateCallInvoker().Intercept(metadata =>
        {
            metadata.Add(PeerIdentity.HeaderName, header);
            return metadata;
        }));
    }

    private sealed record Connection(GrpcChannel Channel, CallInvoker Invoker);

    private sealed record Peer(string Address, Connection Raft, Connection Services)
    {
        public void Close()
        {
            Raft.Channel.Dispose();
            Services.Channel.Dispose();
        }
    }
}
