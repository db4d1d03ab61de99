using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Histories;
using StateServer.Protos.Client;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>One client's connection, to one member at a time; after a failure it goes on with the next member. Used by one task.</summary>
internal sealed class MemberClient : IDisposable
{
    private readonly IReadOnlyList<MemberProcess> _members;
    private readonly RunProgress _progress;
    private readonly Lazy<GrpcChannel>[] _channels;
    private readonly bool _ownsChannels;
    private int _at;

    public MemberClient(WorkloadContext context, int first)
    {
        _members = context.Cluster.Members;
        _progress = context.Progress;
        _channels = [.. _members.Select(m => new Lazy<GrpcChannel>(() => Connections.Open(m)))];
        _ownsChannels = true;
        _at = first % _members.Count;
    }

    private MemberClient(MemberClient other)
    {
        (_members, _progress, _channels, _at) = (other._members, other._progress, other._channels, other._at);
    }

    /// <summary>The connection to the member whose turn it is.</summary>
    public GrpcChannel Channel => _channels[_at].Value;

    /// <summary>The name of the member whose turn it is.</summary>
    public string Member => _members[_at].Name;

    /// <summary>A client for another task over the same connections, which must outlive it.</summary>
    public MemberClient Beside() => new(this);

    /// <summary>Makes one call, counts it as a write, and says how it ended; the answer is null unless it ended ok.</summary>
    public Task<(OperationStatus Status, TResponse? Response)> CallAsync<TResponse>(
        Func<KV.KVClient, CallOptions, AsyncUnaryCall<TResponse>> call, Metadata? headers = null)
        where TResponse : class =>
        CallChannelAsync((channel, options) => call(new KV.KVClient(channel), options), headers);

    /// <summary>A serializable read of one member's state, which needs no leader: it counts as no sign of life of the cluster.</summary>
    public Task<(OperationStatus Status, RangeResponse? Response)> PeekAsync(string key) => CallChannelAsync(
        (channel, options) => new KV.KVClient(channel).RangeAsync(new RangeRequest { Key = Bytes(key), Serializable = true }, options),
        counts: false);

    public Task<(OperationStatus Status, OpenSessionResponse? Response)> OpenSessionAsync() =>
        CallChannelAsync((channel, options) => new Sessions.SessionsClient(channel).OpenAsync(new OpenSessionRequest(), options));

    /// <summary>Makes one call of any service, counts it, and says how it ended; the answer is null unless it ended ok.</summary>
    public async Task<(OperationStatus Status, TResponse? Response)> CallChannelAsync<TResponse>(
        Func<GrpcChannel, CallOptions, AsyncUnaryCall<TResponse>> call,
        Metadata? headers = null,
        TimeSpan? patience = null,
        bool counts = true,
        bool writes = true)
        where TResponse : class
    {
        using var limit = new CancellationTokenSource(patience ?? WorkloadContext.CallLimit);
        try
        {
            TResponse response = await call(Channel, new CallOptions(headers, cancellationToken: limit.Token));
            if (counts)
            {
                _progress.Count(OperationStatus.Ok, writes);
            }

            return (OperationStatus.Ok, response);
        }
        catch (RpcException failure)
        {
            OperationStatus status = CallEnd.Of(failure);
            if (counts)
            {
                _progress.Count(status, writes);
            }

            LastFailure = failure.Status;
            MoveOn();
            return (status, null);
        }
    }

    /// <summary>How the last call that failed did so.</summary>
    public Status LastFailure { get; private set; }

    public Task<(OperationStatus Status, PutResponse? Response)> PutAsync(string key, string value, Metadata? headers = null) =>
        CallAsync((kv, options) => kv.PutAsync(new PutRequest { Key = Bytes(key), Value = Bytes(value) }, options), headers);

    /// <param name="key">The key.</param>
    /// <param name="patience">How long the call may take, where not as long as any.</param>
    public Task<(OperationStatus Status, RangeResponse? Response)> GetAsync(string key, TimeSpan? patience = null) =>
        ReadAsync(new RangeRequest { Key = Bytes(key) }, patience);

    /// <summary>Reads a key as it was at a revision.</summary>
    public Task<(OperationStatus Status, RangeResponse? Response)> AtAsync(string key, long revision) =>
        ReadAsync(new RangeRequest { Key = Bytes(key), Revision = revision });

    public Task<(OperationStatus Status, RangeResponse? Response)> PrefixAsync(string prefix) =>
        ReadAsync(new RangeRequest { Key = Bytes(prefix), RangeEnd = After(prefix) });

    public Task<(OperationStatus Status, TxnResponse? Response)> TxnAsync(TxnRequest request) => CallChannelAsync(
        (channel, options) => new KV.KVClient(channel).TxnAsync(request, options),
        writes: request.Success.Concat(request.Failure).Any(o => o.RequestRange is null));

    public Task<(OperationStatus Status, RangeResponse? Response)> ReadAsync(RangeRequest request, TimeSpan? patience = null) => CallChannelAsync(
        (channel, options) => new KV.KVClient(channel).RangeAsync(request, options), patience: patience, writes: false);

    /// <summary>The next call goes to the next member.</summary>
    public void MoveOn() => _at = (_at + 1) % _members.Count;

    public void Dispose()
    {
        foreach (Lazy<GrpcChannel> channel in _channels.Where(c => _ownsChannels && c.IsValueCreated))
        {
            channel.Value.Dispose();
        }
    }

    public static ByteString Bytes(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>The end of the range of all keys with a prefix.</summary>
    public static ByteString After(string prefix) => Bytes(prefix[..^1] + (char)(prefix[^1] + 1));

    public static RequestOp Put(string key, string value) =>
        new() { RequestPut = new PutRequest { Key = Bytes(key), Value = Bytes(value) } };

    public static RequestOp Range(string key) => new() { RequestRange = new RangeRequest { Key = Bytes(key) } };

    public static RequestOp RangeOfPrefix(string prefix) =>
        new() { RequestRange = new RangeRequest { Key = Bytes(prefix), RangeEnd = After(prefix) } };

    public static RequestOp Delete(string key) =>
        new() { RequestDeleteRange = new DeleteRangeRequest { Key = Bytes(key), PrevKv = true } };

    public static Compare ModRevisionIs(string key, long revision) => new()
    {
        Key = Bytes(key),
        Target = Compare.Types.CompareTarget.Mod,
        Result = Compare.Types.CompareResult.Equal,
        ModRevision = revision,
    };
}
