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
/// never do; of two that a member may have, the one where it answers is used. Raft's own stream has a connection of its own, so that bulk traffic never stands before a heartbeat. Thread-safe.
/// </summary>
/// <param name="identity">This member.</param>
/// <param name="pins">The folders that receivers are expected in.</param>
/// <param name="ownAddress">Where this member says that it is reached; null where it doesn't.</param>
/// <param name="connectTimeout">How long a connection may take to come up.</param>
internal sealed class PeerChannels(MemberIdentity identity, FolderPins pins, string? ownAddress, TimeSpan connectTimeout) : IDisposable
{
    /// <summary>A connection that is silent for this long is asked whether it still lives.</summary>
    private static readonly TimeSpan PingDelay = TimeSpan.FromSeconds(1);

    /// <summary>Large enough that a full append message never waits for a window update on a local network, bytes.</summary>
    private const int StreamWindowBytes = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<NodeId, Peer> _peers = [];
    private int _disposed;

    /// <summary>
    /// Raised when a call of this member was refused by whoever answers there: the member that was called (none where only an
    /// address is known), why, and the words. On the call's own flow; handlers return at once.
    /// </summary>
    public event Action<NodeId, PeerRefusalReason, string>? Refused;

    /// <summary>Tells where a member is reached from now on.</summary>
    /// <param name="id">The member.</param>
    /// <param name="address">host:port of its peer service.</param>
    public void SetAddress(NodeId id, string address)
    {
        if (_peers.TryGetValue(id, out var known) && known.Address == address)
        {
            return;
        }

        var made = new Peer(address);
        made.Open(Open(id, made), Open(id, made));
        Peer? replaced = null;
        _peers.AddOrUpdate(id, made, (_, old) =>
        {
            replaced = old;
            return made;
        });
        replaced?.Close();
    }

    /// <summary>
    /// A member says itself, or by the log, where it is reached. That counts once it isn't reached any more where it was: an
    /// operator may know a way to it that it doesn't know itself.
    /// </summary>
    public void Announce(NodeId id, string address)
    {
        if (id == identity.Id || !PeerAddress.IsValid(address))
        {
            return;
        }

        if (_peers.TryGetValue(id, out var known))
        {
            known.Announced = address;
        }
        else
        {
            SetAddress(id, address);
        }
    }

    /// <summary>Calls to whoever answers at an address, for a member that joins and knows no more. The caller disposes it.</summary>
    public (CallInvoker Invoker, IDisposable Channel) Dial(string address)
    {
        var connection = Open(default, new Peer(address));
        return (connection.Invoker, connection.Channel);
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

    private static async ValueTask<Stream> ConnectAsync(string address, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            var (host, port) = PeerAddress.Parts(address);
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Where it was, and, if it isn't there within half of the time, where it says it is.</summary>
    private async ValueTask<Stream> ConnectAsync(Peer peer, CancellationToken cancellationToken)
    {
        var announced = peer.Announced;
        if (announced is null || announced == peer.Address)
        {
            return await ConnectAsync(peer.Address, cancellationToken).ConfigureAwait(false);
        }

        using var half = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        half.CancelAfter(connectTimeout / 2);
        try
        {
            return await ConnectAsync(peer.Address, half.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
        {
            var stream = await ConnectAsync(announced, cancellationToken).ConfigureAwait(false);
            (peer.Address, peer.Announced) = (announced, peer.Address);
            return stream;
        }
    }

    private void OnRefused(NodeId id, PeerRefusalReason reason, string message)
    {
        // Somebody else sits where it was. The channel is not closed under its own call.
        if (reason is PeerRefusalReason.WrongReceiver or PeerRefusalReason.WrongCluster
            && _peers.TryGetValue(id, out var peer) && peer.Announced is { } announced && announced != peer.Address)
        {
            var before = peer.Address;
            _ = Task.Run(() =>
            {
                SetAddress(id, announced);
                Announce(id, before);
            });
        }

        Refused?.Invoke(id, reason, message);
    }

    private Peer Of(NodeId id) => _peers.TryGetValue(id, out var peer)
        ? peer
        : throw new RpcException(new Grpc.Core.Status(StatusCode.Unavailable, $"the address of member {id} is not known"));

    private Connection Open(NodeId to, Peer peer)
    {
        // The connect callback also keeps the channel from its own reconnection back-off of a second and more: a member that
        // comes back is reached at the next heartbeat.
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => ConnectAsync(peer, cancellationToken),
            ConnectTimeout = connectTimeout,
            EnableMultipleHttp2Connections = true,
            InitialHttp2StreamWindowSize = StreamWindowBytes,
            KeepAlivePingDelay = PingDelay,
            KeepAlivePingTimeout = PingDelay,
            KeepAlivePingPolicy = HttpKeepAlivePingPolicy.Always,
            PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
            UseProxy = false,
        };
        var channel = GrpcChannel.ForAddress($"http://{peer.Address}", new GrpcChannelOptions
        {
            HttpHandler = new RefusalWatch(handler, (reason, message) => OnRefused(to, reason, message)),
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
            MaxSendMessageSize = null,
            MaxRetryAttempts = null,
        });
        var caller = new PeerIdentity(identity.Cluster, identity.Id, to, identity.Folder, default, ownAddress);
        return new(channel, channel.CreateCallInvoker().Intercept(metadata =>
        {
            var expected = pins.TryGet(to, out var folder) ? folder : default;
            (caller with { Expected = expected }).Write(metadata);
            return metadata;
        }));
    }

    private sealed record Connection(GrpcChannel Channel, CallInvoker Invoker);

    private sealed class Peer(string address)
    {
        private volatile string _address = address;
        private volatile string? _announced;

        /// <summary>Where it is reached.</summary>
        public string Address
        {
            get => _address;
            set => _address = value;
        }

        /// <summary>Where it says that it is reached; null where it said nothing.</summary>
        public string? Announced
        {
            get => _announced;
            set => _announced = value;
        }

        public Connection Raft { get; private set; } = null!;

        public Connection Services { get; private set; } = null!;

        public void Open(Connection raft, Connection services) => (Raft, Services) = (raft, services);

        public void Close()
        {
            Raft.Channel.Dispose();
            Services.Channel.Dispose();
        }
    }
}
