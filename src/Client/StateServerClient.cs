using System.Runtime.CompilerServices;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Client.Calls;
using StateServer.Client.Endpoints;
using StateServer.Client.Failures;
using StateServer.Client.Watches;
using StateServer.Protos.Etcd;

namespace StateServer.Client;

/// <summary>
/// A client of one cluster: any member's address leads to all. It stays with a member while that serves, moves on when it
/// doesn't, repeats what is safe to repeat, and says plainly when the outcome of a write is unknown. Every call throws
/// <see cref="RequestRefusedException"/>, and writes <see cref="OutcomeUnknownException"/> and
/// <see cref="OutcomeForgottenException"/> too. Thread-safe; keep one for the life of the process.
/// </summary>
public sealed partial class StateServerClient : IAsyncDisposable
{
    private readonly ClientOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly EndpointPool _pool;
    private readonly CallRunner _runner;
    private readonly WriteSession? _session;
    private readonly CancellationTokenSource _disposing = new();
    private Task _learning = Task.CompletedTask;

    /// <summary>Makes a client; it connects with its first call.</summary>
    /// <param name="options">How to connect and retry.</param>
    /// <param name="time">The clock of its timeouts; the system's by default.</param>
    /// <param name="logger">Where it says that it can't read the member list; nowhere by default.</param>
    /// <exception cref="ArgumentException">The options are wrong: all that is, a line each.</exception>
    public StateServerClient(ClientOptions options, TimeProvider? time = null, ILogger<StateServerClient>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Faults() is { Count: > 0 } faults)
        {
            throw new ArgumentException(string.Join('\n', faults), nameof(options));
        }

        _options = options;
        _time = time ?? TimeProvider.System;
        _logger = logger ?? NullLogger<StateServerClient>.Instance;
        _pool = new EndpointPool(options, _time);
        _pool.Switched += LearnFrom;
        _runner = new CallRunner(_pool, options, _time, Random.Shared.NextDouble);
        _session = options.ExactlyOnceWrites ? new WriteSession(_runner, options) : null;
    }

    /// <summary>The endpoints known now: those given, and those that a member list named.</summary>
    public IReadOnlyList<Endpoint> Endpoints => _pool.Known;

    /// <summary>The raw way to the member in use, for generated stubs: no retries, no session, gRPC's own exceptions.</summary>
    public async ValueTask<CallInvoker> GetInvokerAsync(CancellationToken cancellationToken = default) =>
        (await _pool.AcquireAsync(cancellationToken)).Invoker;

    /// <summary>The raw way to one member.</summary>
    public CallInvoker GetInvoker(Endpoint endpoint) => _pool.ConnectionTo(endpoint).Invoker;

    /// <summary>Reads a range; linearizable unless the request says otherwise.</summary>
    public Task<RangeResponse> RangeAsync(RangeRequest request, CancellationToken cancellationToken = default) =>
        ReadAsync((invoker, call) => new KV.KVClient(invoker).RangeAsync(request, call), cancellationToken);

    /// <summary>Reads one key: its newest version, or null.</summary>
    public async Task<KeyValue?> GetAsync(string key, CancellationToken cancellationToken = default)
    {
        var response = await RangeAsync(new RangeRequest { Key = ByteString.CopyFromUtf8(key) }, cancellationToken);
        return response.Kvs.Count > 0 ? response.Kvs[0] : null;
    }

    /// <summary>Writes one key.</summary>
    public Task<PutResponse> PutAsync(PutRequest request, CancellationToken cancellationToken = default) =>
        WriteAsync((invoker, call) => new KV.KVClient(invoker).PutAsync(request, call), cancellationToken);

    /// <summary>Writes one key, as UTF-8.</summary>
    public Task<PutResponse> PutAsync(string key, string value, CancellationToken cancellationToken = default) => PutAsync(
        new PutRequest { Key = ByteString.CopyFromUtf8(key), Value = ByteString.CopyFromUtf8(value) }, cancellationToken);

    /// <summary>Deletes a range.</summary>
    public Task<DeleteRangeResponse> DeleteAsync(DeleteRangeRequest request, CancellationToken cancellationToken = default) =>
        WriteAsync((invoker, call) => new KV.KVClient(invoker).DeleteRangeAsync(request, call), cancellationToken);

    /// <summary>Deletes one key, as UTF-8.</summary>
    public Task<DeleteRangeResponse> DeleteAsync(string key, CancellationToken cancellationToken = default) =>
        DeleteAsync(new DeleteRangeRequest { Key = ByteString.CopyFromUtf8(key) }, cancellationToken);

    /// <summary>Runs a transaction; one that holds nothing but ranges is repeated like a read.</summary>
    public Task<TxnResponse> TransactAsync(TxnRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Func<CallInvoker, CallOptions, AsyncUnaryCall<TxnResponse>> send =
            (invoker, call) => new KV.KVClient(invoker).TxnAsync(request, call);
        return IsReadOnly(request.Success) && IsReadOnly(request.Failure)
            ? ReadAsync(send, cancellationToken)
            : WriteAsync(send, cancellationToken);
    }

    /// <summary>
    /// Forgets the history before <paramref name="revision"/>. Never repeated after an unknown outcome, with or without a
    /// session: a repetition would be refused as compacted already.
    /// </summary>
    public Task<CompactionResponse> CompactAsync(
        long revision, bool physical = false, CancellationToken cancellationToken = default) => _runner.RunAsync(
            (invoker, call) => new KV.KVClient(invoker).CompactAsync(
                new CompactionRequest { Revision = revision, Physical = physical }, call),
            null,
            CallKind.Write,
            cancellationToken);

    /// <summary>
    /// Watches keys until cancelled. Each revision is told once and in order, however many members fail meanwhile: the watch goes
    /// on at another one, at the revision after the last one told. It is there when the first update comes, which has no events
    /// and tells the revision behind which they begin; later updates without events tell that nothing happened up to their revision.
    /// </summary>
    /// <param name="request">What to watch; its watch id is not used.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="RequestRefusedException">The watch means nothing, or no member may serve it.</exception>
    /// <exception cref="WatchCompactedException">What it needs next is compacted.</exception>
    public async IAsyncEnumerable<WatchUpdate> WatchAsync(
        WatchCreateRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        using var watch = new ResumedWatch(_pool, _options, _time, Random.Shared.NextDouble, request);
        while (true)
        {
            yield return await watch.NextAsync(cancellationToken);
        }
    }

    /// <summary>Watches the keys that begin with a prefix, from a revision on; 0 for what happens after now.</summary>
    public IAsyncEnumerable<WatchUpdate> WatchPrefixAsync(
        string prefix, long startRevision = 0, CancellationToken cancellationToken = default)
    {
        var key = ByteString.CopyFromUtf8(prefix);
        return WatchAsync(
            new WatchCreateRequest { Key = key, RangeEnd = KeyPrefix.End(key), StartRevision = startRevision }, cancellationToken);
    }

    /// <summary>Lists the members.</summary>
    public Task<MemberListResponse> ListMembersAsync(bool linearizable = true, CancellationToken cancellationToken = default) =>
        ReadAsync(
            (invoker, call) => new Cluster.ClusterClient(invoker).MemberListAsync(
                new MemberListRequest { Linearizable = linearizable }, call),
            cancellationToken);

    /// <summary>Asks the member in use for its status.</summary>
    public Task<StatusResponse> GetStatusAsync(CancellationToken cancellationToken = default) => ReadAsync(
        static (invoker, call) => new Maintenance.MaintenanceClient(invoker).StatusAsync(new StatusRequest(), call),
        cancellationToken);

    /// <summary>Closes the session, where there is one, and all connections; calls under way fail.</summary>
    public async ValueTask DisposeAsync()
    {
        await CloseSessionAsync();
        await _disposing.CancelAsync();
        await _learning;
        _session?.Dispose();
        _pool.Dispose();
        _disposing.Dispose();
    }

    private Task<TResponse> ReadAsync<TResponse>(
        Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> send, CancellationToken cancellationToken) =>
        _runner.RunAsync(send, null, CallKind.Read, cancellationToken);

    private Task<TResponse> WriteAsync<TResponse>(
        Func<CallInvoker, CallOptions, AsyncUnaryCall<TResponse>> send, CancellationToken cancellationToken) =>
        _session is null
            ? _runner.RunAsync(send, null, CallKind.Write, cancellationToken)
            : _session.RunAsync(send, cancellationToken);

    private async Task CloseSessionAsync()
    {
        if (_session is null)
        {
            return;
        }

        try
        {
            using var timeout = new CancellationTokenSource(_options.BackoffHigh, _time);
            await _session.CloseAsync(timeout.Token);
        }
        catch (Exception failure) when (failure is StateServerException or OperationCanceledException)
        {
            // The server forgets it by itself.
        }
    }

    /// <summary>
    /// Reads the member list in the background for each new connection, one at a time; without it the known endpoints stay.
    /// </summary>
    private void LearnFrom(EndpointConnection connection)
    {
        if (_learning.IsCompleted)
        {
            _learning = LearnAsync(connection);
        }
    }

    private async Task LearnAsync(EndpointConnection connection)
    {
        try
        {
            using var timeout = new CancellationTokenSource(_options.AttemptTimeout, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _disposing.Token);
            var list = await new Cluster.ClusterClient(connection.Invoker).MemberListAsync(
                new MemberListRequest(), cancellationToken: either.Token);
            _pool.Learn(list.Members.SelectMany(static member => member.ClientURLs).SelectMany(Parsed));
        }
        catch (Exception failure) when (failure is RpcException or ObjectDisposedException or OperationCanceledException)
        {
            LogNotLearnt(connection.Endpoint, failure.Message);
        }
    }

    /// <summary>A member may name a URL that we can't use, such as one with TLS.</summary>
    private static IEnumerable<Endpoint> Parsed(string url)
    {
        try
        {
            return [Endpoint.Parse(url)];
        }
        catch (ArgumentException)
        {
            return [];
        }
    }

    private static bool IsReadOnly(RepeatedField<RequestOp> operations) =>
        operations.All(static operation => operation.RequestCase == RequestOp.RequestOneofCase.RequestRange);

    [LoggerMessage(EventId = 4001, Level = LogLevel.Debug, Message = "The member list could not be read from {Endpoint}: {Reason}")]
    private partial void LogNotLearnt(Endpoint endpoint, string reason);
}
