using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Client;
using StateServer.Consensus;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Snapshots;
using StateServer.Domain.Apply;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// Sends one version of this member's state to a client, framed as etcd's tools expect: the file, then its SHA-256 in a message
/// of its own. The version is immutable, so that writes go on; what waits to be sent is bounded, and a client that takes
/// nothing is given up. Thread-safe.
/// </summary>
internal sealed partial class SnapshotStream(
    IReplica replica, SnapshotMeter meter, IHostApplicationLifetime host, TimeProvider time, ILogger<SnapshotStream> logger)
{
    /// <summary>Snapshots that one member sends at once. Each costs a core's spare time, and holds a version of the state.</summary>
    internal const int MostAtOnce = 2;

    /// <summary>Bytes of a message: big enough that messages cost little, small enough for any client's limit.</summary>
    internal const int ChunkBytes = 64 * 1024;

    /// <summary>Messages that wait for the client at most.</summary>
    internal const int MostChunksWaiting = 4;

    /// <summary>A client that takes no message for so long is given up: the version that it holds on to grows apart from the newest.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private int _running;

    /// <summary>Sends it.</summary>
    /// <exception cref="RpcException">Refused, given up, or this member stops.</exception>
    internal async Task SendAsync(IServerStreamWriter<Wire.SnapshotResponse> client, ServerCallContext context)
    {
        try
        {
            if (Interlocked.Increment(ref _running) > MostAtOnce)
            {
                throw FailureTranslation.Refused(new Status(
                    StatusCode.ResourceExhausted,
                    $"stateserver: this member sends {MostAtOnce} snapshots already; wait for one of them, or ask another member"));
            }

            var (state, complete) = await StateAsync(context.CancellationToken);
            await context.WriteResponseHeadersAsync(new Metadata
            {
                { CallMetadata.SnapshotComplete, complete ? CallMetadata.SnapshotCompleteYes : CallMetadata.SnapshotCompleteUnknown },
            });
            await SendAsync(state, complete, client, context);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }

    /// <summary>
    /// A state with everything that was acknowledged before the call. Without a leader or a quorum, when a snapshot of what is
    /// left is wanted most, it is this member's own, as etcd's always is, and the client is told so.
    /// </summary>
    private async ValueTask<(ReplicatedState State, bool Complete)> StateAsync(CancellationToken cancellationToken)
    {
        try
        {
            try
            {
                return (await replica.ReadLinearizableAsync(cancellationToken), true);
            }
            catch (ReadRefusedException refusal) when (refusal.Refusal is ReadRefusal.NoLeader or ReadRefusal.TimedOut)
            {
                return (replica.ReadSerializable(), false);
            }
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
    }

    private async Task SendAsync(
        ReplicatedState state, bool complete, IServerStreamWriter<Wire.SnapshotResponse> client, ServerCallContext context)
    {
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.ApplicationStopping);
        var started = time.GetTimestamp();
        var export = await OwnThread.RunAsync("snapshot-measure", () => SnapshotExport.Of(replica.Status.Cluster, state));
        LogSending(logger, context.Peer, export.Bytes, state.Keyspace.Revision.Value, complete);
        var waiting = Channel.CreateBounded<ByteString>(new BoundedChannelOptions(MostChunksWaiting)
        {
            SingleReader = true,
            SingleWriter = true,
        });
        var written = OwnThread.RunAsync("snapshot-send", () => Write(export, waiting.Writer, ends.Token));
        long sent = 0;
        try
        {
            await foreach (var chunk in waiting.Reader.ReadAllAsync(ends.Token))
            {
                sent += chunk.Length;
                await TakeAsync(client, chunk, Math.Max(0, export.Bytes - sent), ends.Token);
            }

            await TakeAsync(client, UnsafeByteOperations.UnsafeWrap(await written), 0, ends.Token);
            meter.Sent(export.Bytes);
            var elapsed = time.GetElapsedTime(started);
            LogSent(logger, context.Peer, export.Bytes, elapsed);
        }
        catch (Exception exception)
        {
            meter.Failed();
            LogFailed(logger, context.Peer, sent, export.Bytes, exception.Message);
            throw Translated(exception);
        }
        finally
        {
            // Whatever ended it, the thread that writes must not wait for ever.
            await ends.CancelAsync();
        }
    }

    private async Task TakeAsync(
        IServerStreamWriter<Wire.SnapshotResponse> client, ByteString chunk, long remaining, CancellationToken cancellationToken) =>
        await client.WriteAsync(new Wire.SnapshotResponse { Blob = chunk, RemainingBytes = (ulong)remaining }, cancellationToken)
            .WaitAsync(Patience, time, cancellationToken);

    private RpcException Translated(Exception exception) => exception switch
    {
        RpcException rpc => rpc,
        _ when host.ApplicationStopping.IsCancellationRequested => FailureTranslation.Refused(EtcdStatus.Stopped),
        OperationCanceledException => FailureTranslation.Refused(EtcdStatus.Cancelled),
        TimeoutException => FailureTranslation.Refused(new Status(
            StatusCode.ResourceExhausted, $"stateserver: the client took nothing of its snapshot for {Patience.TotalSeconds} s")),
        _ => FailureTranslation.Refused(new Status(StatusCode.Internal, $"stateserver: {exception.Message}")),
    };

    /// <summary>On its own thread: blocks while the client is behind.</summary>
    private static byte[] Write(SnapshotExport export, ChannelWriter<ByteString> waiting, CancellationToken cancellationToken)
    {
        try
        {
            using var chunks = new ChunkStream(
                ChunkBytes, chunk => waiting.WriteAsync(chunk, cancellationToken).AsTask().GetAwaiter().GetResult());
            var sha = export.Write(chunks);
            chunks.Flush();
            waiting.Complete();
            return sha;
        }
        catch (Exception exception)
        {
            waiting.Complete(exception);
            return [];
        }
    }

    [LoggerMessage(EventId = 5001, Level = LogLevel.Information, Message = "A snapshot of {Bytes} bytes at revision {Revision} is sent to {Client}; it has everything acknowledged before: {Complete}")]
    private static partial void LogSending(ILogger logger, string client, long bytes, long revision, bool complete);

    [LoggerMessage(EventId = 5002, Level = LogLevel.Information, Message = "A snapshot of {Bytes} bytes was sent to {Client} in {Elapsed}")]
    private static partial void LogSent(ILogger logger, string client, long bytes, TimeSpan elapsed);

    [LoggerMessage(EventId = 5003, Level = LogLevel.Warning, Message = "Sending a snapshot to {Client} ended after {Sent} of {Bytes} bytes: {Cause}")]
    private static partial void LogFailed(ILogger logger, string client, long sent, long bytes, string cause);
}
