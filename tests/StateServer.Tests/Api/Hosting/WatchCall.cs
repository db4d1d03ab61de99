using System.Diagnostics;
using Google.Protobuf;
using Grpc.Core;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>A client's stream of watches, with a deadline on each wait.</summary>
internal sealed class WatchCall : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    private readonly AsyncDuplexStreamingCall<Wire.WatchRequest, Wire.WatchResponse> _call;
    private readonly Queue<Wire.WatchResponse> _seen = [];

    internal WatchCall(ChannelBase channel, bool requireLeader = false)
    {
        var metadata = requireLeader ? new Metadata { { "hasleader", "true" } } : [];
        _call = new Wire.Watch.WatchClient(channel).Watch(metadata);
    }

    /// <summary>A request for one key or a range.</summary>
    internal static Wire.WatchCreateRequest Of(string key, string end = "", long start = 0) => new()
    {
        Key = ByteString.CopyFromUtf8(key),
        RangeEnd = ByteString.CopyFromUtf8(end),
        StartRevision = start,
    };

    internal Task SendAsync(Wire.WatchCreateRequest request) => _call.RequestStream.WriteAsync(new Wire.WatchRequest { CreateRequest = request });

    internal Task CancelAsync(long id) =>
        _call.RequestStream.WriteAsync(new Wire.WatchRequest { CancelRequest = new Wire.WatchCancelRequest { WatchId = id } });

    internal Task AskProgressAsync() =>
        _call.RequestStream.WriteAsync(new Wire.WatchRequest { ProgressRequest = new Wire.WatchProgressRequest() });

    internal Task HalfCloseAsync() => _call.RequestStream.CompleteAsync();

    /// <summary>Makes a watch and returns the answer; nothing else may be under way.</summary>
    internal async Task<Wire.WatchResponse> CreateAsync(Wire.WatchCreateRequest request)
    {
        await SendAsync(request);
        var created = await NextAsync();
        Assert.True(created.Created, $"{created} came instead of the answer to the creation");
        return created;
    }

    /// <summary>The next response.</summary>
    internal async Task<Wire.WatchResponse> NextAsync()
    {
        if (_seen.TryDequeue(out var seen))
        {
            return seen;
        }

        using var deadline = new CancellationTokenSource(Deadline);
        Assert.True(await _call.ResponseStream.MoveNext(deadline.Token), "the stream ended");
        return _call.ResponseStream.Current;
    }

    /// <summary>The next so many events, as "put key=value@revision" or "delete key@revision".</summary>
    internal async Task<List<string>> EventsAsync(int count)
    {
        var events = new List<string>();
        while (events.Count < count)
        {
            var response = await NextAsync();
            Assert.NotEmpty(response.Events);
            events.AddRange(response.Events.Select(Text));
        }

        return events;
    }

    /// <summary>How the stream ended.</summary>
    internal async Task<RpcException> EndAsync()
    {
        var clock = Stopwatch.StartNew();
        return await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (clock.Elapsed < Deadline)
            {
                await NextAsync();
            }
        });
    }

    internal static string Text(Wire.Event change) => change.Type == Wire.Event.Types.EventType.Delete
        ? $"delete {change.Kv.Key.ToStringUtf8()}@{change.Kv.ModRevision}{Previous(change)}"
        : $"put {change.Kv.Key.ToStringUtf8()}={change.Kv.Value.ToStringUtf8()}@{change.Kv.ModRevision}{Previous(change)}";

    public void Dispose() => _call.Dispose();

    private static string Previous(Wire.Event change) =>
        change.PrevKv is null ? "" : $" was {change.PrevKv.Value.ToStringUtf8()}@{change.PrevKv.ModRevision}";
}
