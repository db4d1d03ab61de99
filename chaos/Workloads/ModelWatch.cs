using Grpc.Core;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Follows the model's view, over one member after the other, from the revision behind the last one told. Where that was compacted, it
/// reads all there is and leaps. Run by one task at a time; what it saw is read in between.
/// </summary>
internal sealed class ModelWatch(WorkloadContext context, long emptyAt)
{
    /// <summary>Without any event for so long it goes on at the next member: this one may be cut off.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan BetweenStreams = TimeSpan.FromMilliseconds(100);

    private readonly List<ModelStep> _steps = [];
    private long _reached = emptyAt;

    /// <summary>The revision of the last step. Thread-safe.</summary>
    public long Reached => Volatile.Read(ref _reached);

    /// <summary>What it was told so far, in order.</summary>
    public IReadOnlyList<ModelStep> Steps => _steps;

    /// <summary>The first answer that no member should give; null where there is none.</summary>
    public string? Complaint { get; private set; }

    /// <summary>Watches until it is told to stop.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var client = new MemberClient(context, 0);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await FollowAsync(client, stop);
            }
            catch (Exception broken) when (broken is RpcException or OperationCanceledException or InvalidOperationException or IOException)
            {
                // The member went, or said nothing for a while.
            }

            client.MoveOn();
            await Task.Delay(BetweenStreams, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(MemberClient client, CancellationToken stop)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stop);
        life.CancelAfter(Patience);
        using AsyncDuplexStreamingCall<WatchRequest, WatchResponse> call = new Watch.WatchClient(client.Channel).Watch(cancellationToken: life.Token);
        var create = new WatchCreateRequest
        {
            Key = MemberClient.Bytes(ModelReading.Prefix),
            RangeEnd = MemberClient.After(ModelReading.Prefix),
            StartRevision = Reached + 1,
        };
        await call.RequestStream.WriteAsync(new WatchRequest { CreateRequest = create }, life.Token);
        while (await call.ResponseStream.MoveNext(life.Token))
        {
            WatchResponse response = call.ResponseStream.Current;
            if (response.Events.Count > 0)
            {
                life.CancelAfter(Patience);
                Take(response, client.Member);
            }

            if (response.Canceled)
            {
                await (response.CompactRevision > 0 ? LeapAsync(client) : Task.CompletedTask);
                return;
            }
        }
    }

    private void Take(WatchResponse response, string member)
    {
        foreach (IGrouping<long, Event> revision in response.Events.GroupBy(e => e.Kv.ModRevision))
        {
            if (revision.Key <= Reached)
            {
                Complaint ??= $"{member} told of revision {revision.Key} behind {Reached}";
                continue;
            }

            _steps.Add(new ModelStep(
                Reached,
                revision.Key,
                [.. ModelReading.OfModel(revision.Where(e => e.Type == Event.Types.EventType.Put).Select(e => e.Kv)).Select(ModelReading.Record)],
                [.. ModelReading.OfModel(revision.Where(e => e.Type == Event.Types.EventType.Delete).Select(e => e.Kv)).Select(ModelReading.Key)]));
            Volatile.Write(ref _reached, revision.Key);
        }
    }

    private async Task LeapAsync(MemberClient client)
    {
        (_, RangeResponse? all) = await client.PrefixAsync(ModelReading.Prefix);
        if (all is not null && all.Header.Revision > Reached)
        {
            _steps.Add(new ModelStep(Reached, all.Header.Revision, [.. ModelReading.OfModel(all.Kvs).Select(ModelReading.Record)], []) { IsLeap = true });
            Volatile.Write(ref _reached, all.Header.Revision);
        }
    }
}
