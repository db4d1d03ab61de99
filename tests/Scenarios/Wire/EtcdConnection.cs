using Grpc.Core;
using Grpc.Net.Client;

namespace StateServer.Scenarios.Wire;

/// <summary>
/// One connection to one member's client port, speaking etcd's v3 wire protocol (etcd api/etcdserverpb/rpc.proto has the
/// numbers). Never retries: a call's fate is what the server said. Thread-safe.
/// </summary>
internal sealed class EtcdConnection : IDisposable
{
    private static readonly Marshaller<byte[]> Raw = Marshallers.Create(bytes => bytes, bytes => bytes);

    private readonly GrpcChannel _channel;
    private readonly CallInvoker _calls;

    public EtcdConnection(string endpoint)
    {
        Endpoint = endpoint;
        _channel = GrpcChannel.ForAddress($"http://{endpoint}", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2), UseProxy = false },
            MaxReceiveMessageSize = null,
            MaxReconnectBackoff = TimeSpan.FromMilliseconds(200),
            InitialReconnectBackoff = TimeSpan.FromMilliseconds(50),
            MaxRetryAttempts = null,
            DisposeHttpClient = true,
        });
        _calls = _channel.CreateCallInvoker();
    }

    public string Endpoint { get; }

    /// <summary>The default of a call's deadline.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Puts; returns the revision.</summary>
    public Task<long> PutAsync(string key, string value, TimeSpan? limit = null) => PutAsync(key, value, 0, limit);

    /// <summary>Puts with a lease; returns the revision.</summary>
    public async Task<long> PutAsync(string key, string value, long lease, TimeSpan? limit = null)
    {
        var reply = await CallAsync("KV/Put", new WireWriter().Text(1, key).Text(2, value).Varint(3, lease), limit);
        return reply.Message(1).Varint(3);
    }

    /// <summary>Grants a lease of so many seconds; returns its id.</summary>
    public async Task<long> GrantAsync(long seconds, TimeSpan? limit = null) =>
        (await CallAsync("Lease/LeaseGrant", new WireWriter().Varint(1, seconds), limit)).Varint(2);

    /// <summary>Renews a lease; returns the seconds that it has, 0 where it is gone.</summary>
    public async Task<long> KeepAliveAsync(long lease, TimeSpan? limit = null)
    {
        var description = new Method<byte[], byte[]>(MethodType.DuplexStreaming, "etcdserverpb.Lease", "LeaseKeepAlive", Raw, Raw);
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + (limit ?? Limit);
        using var call = _calls.AsyncDuplexStreamingCall(description, null, new CallOptions(deadline: deadline));
        await call.RequestStream.WriteAsync(new WireWriter().Varint(1, lease).ToArray());
        await call.RequestStream.CompleteAsync();
        return await call.ResponseStream.MoveNext(CancellationToken.None)
            ? new WireMessage(call.ResponseStream.Current).Varint(3)
            : throw new RpcException(new Status(StatusCode.Unavailable, "the stream ended without an answer"));
    }

    /// <summary>Puts several keys in one transaction; returns the revision.</summary>
    public async Task<long> PutAllAsync(IEnumerable<(string Key, string Value)> pairs, TimeSpan? limit = null)
    {
        var request = new WireWriter();
        foreach (var (key, value) in pairs)
        {
            request.Message(2, new WireWriter().Message(2, new WireWriter().Text(1, key).Text(2, value)));
        }

        var reply = await CallAsync("KV/Txn", request, limit);
        return reply.Message(1).Varint(3);
    }

    /// <summary>Deletes from <paramref name="key"/> up to <paramref name="end"/> ("" for the key alone); returns how many.</summary>
    public async Task<long> DeleteAsync(string key, string end = "", TimeSpan? limit = null)
    {
        var reply = await CallAsync("KV/DeleteRange", new WireWriter().Text(1, key).Text(2, end), limit);
        return reply.Varint(2);
    }

    /// <summary>Reads a range; linearizable unless asked otherwise.</summary>
    public async Task<RangeReply> RangeAsync(
        string key, string end = "", long limit = 0, long revision = 0, bool serializable = false, TimeSpan? within = null)
    {
        var request = new WireWriter()
            .Text(1, key).Text(2, end).Varint(3, limit).Varint(4, revision).Flag(7, serializable);
        var reply = await CallAsync("KV/Range", request, within);
        return new RangeReply(
            reply.Message(1).Varint(3), [.. reply.Messages(2).Select(Stored)], reply.Varint(3) != 0, reply.Varint(4));
    }

    /// <summary>Reads every key with the prefix at one revision, a page at a time.</summary>
    public async Task<IReadOnlyList<StoredKey>> ReadAllAsync(string prefix, bool serializable = false)
    {
        string end = After(prefix);
        var all = new List<StoredKey>();
        long revision = 0;
        string next = prefix;
        while (true)
        {
            var page = await RangeAsync(next, end, 2000, revision, serializable, TimeSpan.FromSeconds(30));
            all.AddRange(page.Keys);
            if (!page.More)
            {
                return all;
            }

            revision = revision == 0 ? page.Revision : revision;
            next = page.Keys[^1].Key + "\0";
        }
    }

    public async Task<long> CompactAsync(long revision, bool physical = false) =>
        (await CallAsync("KV/Compact", new WireWriter().Varint(1, revision).Flag(2, physical), null)).Message(1).Varint(3);

    public async Task<StatusReply> StatusAsync(TimeSpan? limit = null)
    {
        var reply = await CallAsync("Maintenance/Status", new WireWriter(), limit ?? TimeSpan.FromSeconds(3));
        var header = reply.Message(1);
        return new StatusReply(
            (ulong)header.Varint(1), (ulong)header.Varint(2), (ulong)reply.Varint(4), header.Varint(3), reply.Varint(6),
            reply.Varint(5), reply.Varint(7), reply.Text(2), [.. reply.Texts(8)]);
    }

    public async Task<HashReply> HashAsync(long revision)
    {
        var reply = await CallAsync("Maintenance/HashKV", new WireWriter().Varint(1, revision), null);
        return new HashReply((uint)reply.Varint(2), reply.Varint(3), reply.Message(1).Varint(3));
    }

    public Task MoveLeaderAsync(ulong target) =>
        CallAsync("Maintenance/MoveLeader", new WireWriter().Varint(1, (long)target), null);

    /// <summary>Calls any unary method of etcd's services.</summary>
    public Task<WireMessage> CallAsync(string method, WireWriter request, TimeSpan? limit) =>
        CallAsync("etcdserverpb." + method.Split('/')[0], method.Split('/')[1], request, limit);

    /// <summary>Calls any unary method.</summary>
    public async Task<WireMessage> CallAsync(string service, string method, WireWriter request, TimeSpan? limit)
    {
        var description = new Method<byte[], byte[]>(MethodType.Unary, service, method, Raw, Raw);
        var deadline = TimeProvider.System.GetUtcNow().UtcDateTime + (limit ?? Limit);
        using var call = _calls.AsyncUnaryCall(description, null, new CallOptions(deadline: deadline), request.ToArray());
        return new WireMessage(await call);
    }

    /// <summary>The first key behind every key with the prefix.</summary>
    public static string After(string prefix) => prefix[..^1] + (char)(prefix[^1] + 1);

    public void Dispose() => _channel.Dispose();

    private static StoredKey Stored(WireMessage key) =>
        new(key.Text(1), key.Text(5), key.Varint(2), key.Varint(3), key.Varint(4));
}
