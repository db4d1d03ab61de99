using Grpc.Core;
using StateServer.Watching;

namespace StateServer.Api.Etcd;

/// <summary>Sends one stream's messages, in order, until it ends. For one loop.</summary>
/// <param name="stream">The stream.</param>
/// <param name="hub">Told when the stream has room again.</param>
/// <param name="headers">Fills in who answers.</param>
/// <param name="responses">Where they go.</param>
/// <param name="maxResponseBytes">The size from which events are sent in parts where the client asked for it.</param>
internal sealed class WatchSender(
    WatchStream stream, WatchHub hub, ResponseHeaders headers, IServerStreamWriter<WatchReply> responses, int maxResponseBytes)
{
    /// <summary>Bytes written without being flushed at most: what one write of the socket takes.</summary>
    private const int UnflushedBytes = 64 * 1024;

    private static readonly WriteOptions Flushed = new();
    private static readonly WriteOptions Unflushed = new(WriteFlags.BufferHint);

    private readonly WatchReply _reply = new();
    private int _unflushed;

    /// <summary>Runs until the stream ends.</summary>
    public async Task RunAsync()
    {
        while (true)
        {
            var taken = stream.Queue.TryTake(out var message, out var more, out var hasRoomAgain);
            if (hasRoomAgain)
            {
                hub.RoomAgain(stream);
            }

            if (taken)
            {
                await SendAsync(message, more);
            }
            else if (stream.Queue.Ending is not null)
            {
                return;
            }
            else
            {
                await stream.Queue.WaitAsync();
            }
        }
    }

    private async Task SendAsync(WatchMessage message, bool more)
    {
        headers.Complete(_reply.Header);
        _reply.Message = message;
        var count = message.Batch?.Events.Length ?? 0;
        for (var sent = 0; sent < count || (sent == 0 && count == 0);)
        {
            _reply.FirstEvent = sent;
            _reply.Events = message.Fragments ? Part(message, sent, count) : count;
            sent += _reply.Events;
            _reply.IsFragment = sent < count;
            await WriteAsync(more || _reply.IsFragment, message.Batch?.SizeBytes ?? 0);
            WatchMeter.Sent(_reply.Events);
            if (count == 0)
            {
                return;
            }
        }
    }

    /// <summary>The call's own token is left out: its going makes the write fail, and watching it costs more than the write.</summary>
    private Task WriteAsync(bool more, int bytes)
    {
        var isHeldBack = more && _unflushed + bytes < UnflushedBytes;
        responses.WriteOptions = isHeldBack ? Unflushed : Flushed;
        var write = responses.WriteAsync(_reply, CancellationToken.None);
        _unflushed = isHeldBack ? _unflushed + _reply.SizeBytes : 0;
        return write;
    }

    /// <summary>How many events from <paramref name="first"/> on go into one response: as many as stay below the limit, and at least one.</summary>
    private int Part(in WatchMessage message, int first, int count)
    {
        long bytes = 0;
        for (var at = first; at < count; at++)
        {
            bytes += WatchReplyFormat.BytesOf(message, at).Length;
            if (bytes >= maxResponseBytes && at > first)
            {
                return at - first;
            }
        }

        return count - first;
    }
}
