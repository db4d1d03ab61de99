using Grpc.Core;
using StateServer.Consensus.Reads;
using StateServer.Domain.Keyspace;
using StateServer.Watching;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>etcd's Watch service, on any member, from what that member applies. Thread-safe.</summary>
internal sealed class WatchService(
    WatchHub hub, WatchOptions options, ResponseHeaders headers, CallGuards guards, TimeProvider time) : WatchBinding.Base
{
    /// <summary>
    /// How long a client may take to read what is being written when its stream is ended from here; then the call is cut off
    /// without a reason. One that reads takes milliseconds; one that does not would hold up the end of the process.
    /// </summary>
    private static readonly TimeSpan LastWriteLimit = TimeSpan.FromSeconds(1);

    private static readonly Key FirstKey = new([0]);

    /// <inheritdoc/>
    public override async Task Watch(
        IAsyncStreamReader<Wire.WatchRequest> requestStream, IServerStreamWriter<WatchReply> responseStream, ServerCallContext context)
    {
        guards.Check(context);
        var stream = Open(CallGuards.RequiresLeader(context));
        Task? reading = null;
        try
        {
            // The client's going wakes the sender; its own token would too, but not while it waits for something to send.
            using var gone = context.CancellationToken.Register(
                static state => ((WatchStream)state!).Queue.End(new WatchEnding(WatchEndReason.ClientGone)), stream);
            reading = ReadAsync(stream, requestStream);
            var sending = new WatchSender(stream, hub, headers, responseStream, options.MaxResponseBytes).RunAsync();
            await EndInTimeAsync(stream, sending, context);
        }
        catch (Exception) when (context.CancellationToken.IsCancellationRequested)
        {
            // The client went away while it was written to.
            stream.Queue.End(new WatchEnding(WatchEndReason.ClientGone));
        }
        finally
        {
            hub.Close(stream);
            _ = reading?.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }

        if (reading is { IsFaulted: true } && !context.CancellationToken.IsCancellationRequested)
        {
            await reading;
        }

        throw FailureOf(stream.Queue.Ending!);
    }

    /// <summary>Waits for the sender; where the stream was ended, no longer than a client that reads needs.</summary>
    private async Task EndInTimeAsync(WatchStream stream, Task sending, ServerCallContext context)
    {
        if (await Task.WhenAny(sending, stream.Queue.WaitForEndAsync()) != sending)
        {
            try
            {
                await sending.WaitAsync(LastWriteLimit, time);
            }
            catch (TimeoutException)
            {
                context.GetHttpContext().Abort();
            }
        }

        await sending;
    }

    private WatchStream Open(bool requiresLeader)
    {
        try
        {
            return hub.Open(requiresLeader);
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
    }

    /// <summary>Reads requests until there are no more: a client that says so goes on watching. What can't be read ends the stream.</summary>
    private async Task ReadAsync(WatchStream stream, IAsyncStreamReader<Wire.WatchRequest> requests)
    {
        try
        {
            while (await requests.MoveNext(CancellationToken.None))
            {
                Handle(stream, requests.Current);
                await stream.Queue.WaitForRoomAsync();
            }
        }
        catch (Exception)
        {
            stream.Queue.End(new WatchEnding(WatchEndReason.ClientGone));
            throw;
        }
    }

    private void Handle(WatchStream stream, Wire.WatchRequest request)
    {
        switch (request.RequestUnionCase)
        {
            case Wire.WatchRequest.RequestUnionOneofCase.CreateRequest:
                hub.Create(stream, ToSpec(request.CreateRequest));
                break;
            case Wire.WatchRequest.RequestUnionOneofCase.CancelRequest:
                hub.Cancel(stream, request.CancelRequest.WatchId);
                break;
            case Wire.WatchRequest.RequestUnionOneofCase.ProgressRequest:
                hub.AskProgress(stream);
                break;
            default:
                // As in etcd, which passes over what it doesn't know.
                break;
        }
    }

    private static WatchSpec ToSpec(Wire.WatchCreateRequest request)
    {
        var filter = WatchFilter.None;
        foreach (var left in request.Filters)
        {
            filter |= left switch
            {
                Wire.WatchCreateRequest.Types.FilterType.Noput => WatchFilter.NoPut,
                Wire.WatchCreateRequest.Types.FilterType.Nodelete => WatchFilter.NoDelete,
                _ => WatchFilter.None,
            };
        }

        var start = request.Key.IsEmpty ? FirstKey : new Key(request.Key.ToByteArray());
        return new WatchSpec(new KeyRange(start, new Key(request.RangeEnd.ToByteArray())))
        {
            Id = request.WatchId,
            StartRevision = request.StartRevision,
            WithPrevious = request.PrevKv,
            Fragments = request.Fragment,
            WantsProgress = request.ProgressNotify,
            Filter = filter,
        };
    }

    /// <summary>What an ending is told as.</summary>
    internal static RpcException FailureOf(WatchEnding ending) => ending.Reason switch
    {
        WatchEndReason.NoLeader => FailureTranslation.Refused(EtcdStatus.NoLeader),
        WatchEndReason.Stopping => FailureTranslation.Refused(EtcdStatus.Stopped),
        WatchEndReason.Refused => FailureTranslation.Of(ending.Refusal!),
        WatchEndReason.Failed => FailureTranslation.Refused(new Status(
            StatusCode.Unavailable, "stateserver: the watch failed on this member: resume at the revision after the last one seen")),
        _ => FailureTranslation.Refused(EtcdStatus.WatchCancelled),
    };
}
