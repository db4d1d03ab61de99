using Grpc.Core;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>One lease and its client's calls, noted in its life. Keep-alives go over a stream of their own, from a task of their own if need be.</summary>
internal sealed class HeldLease(WorkloadContext context, MemberClient client, long id) : IAsyncDisposable
{
    private readonly MemberClient _calls = client.Beside();
    private readonly MemberClient _renewals = client.Beside();
    private readonly CancellationTokenSource _over = new();
    private AsyncDuplexStreamingCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse>? _stream;

    public LeaseLife Life { get; } = new(id);

    /// <summary>Asks for the lease.</summary>
    /// <returns>Whether it is there.</returns>
    public async Task<bool> GrantAsync(long ttlSeconds)
    {
        long sent = WorkloadContext.Now;
        (OperationStatus status, LeaseGrantResponse? response) = await _calls.CallChannelAsync((channel, options) =>
            new Lease.LeaseClient(channel).LeaseGrantAsync(new LeaseGrantRequest { ID = id, TTL = ttlSeconds }, options));
        if (status == OperationStatus.Ok)
        {
            Life.Renewals.Add(new LeaseRenewal(sent, response!.TTL));
        }

        return status == OperationStatus.Ok;
    }

    /// <summary>Keeps it alive once.</summary>
    /// <returns>The time to live, 0 where there is no such lease any more, null where nothing was answered.</returns>
    public async Task<long?> RenewAsync()
    {
        long sent = WorkloadContext.Now;
        try
        {
            _stream ??= new Lease.LeaseClient(_renewals.Channel).LeaseKeepAlive(cancellationToken: _over.Token);
            using var limit = new CancellationTokenSource(WorkloadContext.CallLimit);
            await _stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = id }, limit.Token);
            if (await _stream.ResponseStream.MoveNext(limit.Token))
            {
                long ttl = _stream.ResponseStream.Current.TTL;
                context.Progress.Count(OperationStatus.Ok, writes: false);
                if (ttl > 0)
                {
                    Life.Renewals.Add(new LeaseRenewal(sent, ttl));
                }

                return ttl;
            }
        }
        catch (Exception broken) when (broken is RpcException or OperationCanceledException or InvalidOperationException or IOException)
        {
            // The member went, or didn't answer in time: an answer to this one must not be taken for the next one's.
        }

        context.Progress.Count(OperationStatus.Unknown, writes: false);
        _stream?.Dispose();
        _stream = null;
        _renewals.MoveOn();
        return null;
    }

    public async Task RevokeAsync()
    {
        long called = WorkloadContext.Now;
        (OperationStatus status, _) = await _calls.CallChannelAsync((channel, options) =>
            new Lease.LeaseClient(channel).LeaseRevokeAsync(new LeaseRevokeRequest { ID = id }, options));
        Life.RevokeCall ??= status == OperationStatus.Fail ? null : called;
        Life.RevokedAt ??= status == OperationStatus.Ok ? WorkloadContext.Now : null;
    }

    public async ValueTask DisposeAsync()
    {
        await _over.CancelAsync();
        _stream?.Dispose();
        _over.Dispose();
    }
}
