using Google.Protobuf;
using Grpc.Core;
using StateServer.Consensus;
using StateServer.Consensus.Leases;
using StateServer.Consensus.Reads;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>etcd's Lease service, on any member: what only the leader knows is asked of it. Thread-safe.</summary>
internal sealed class LeaseService(
    IReplica replica, ILeaseTimes leases, ResponseHeaders headers, CallGuards guards, IHostApplicationLifetime host)
    : Wire.Lease.LeaseBase
{
    /// <summary>etcd's time to live of a lease that is not there.</summary>
    private const long NoTimeToLive = -1;

    /// <inheritdoc/>
    public override async Task<Wire.LeaseGrantResponse> LeaseGrant(Wire.LeaseGrantRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var retryId = SessionHeaders.Read(context.GetHttpContext().Request.Headers);
        if (retryId is not null && request.ID == 0)
        {
            throw FailureTranslation.Refused(new Status(
                StatusCode.InvalidArgument,
                "stateserver: a grant that may be retried in a session needs an ID, because a member would pick another one each time"));
        }

        // A number that no other lease is likely to have, as etcd picks one.
        var id = request.ID != 0 ? request.ID : Random.Shared.NextInt64(1, long.MaxValue);
        var seconds = Math.Max(request.TTL, leases.ShortestSeconds);
        var outcome = await replica.ExecuteAsync(
            new GrantLeaseCommand(new LeaseId(id), seconds), retryId, context.CancellationToken);
        return new Wire.LeaseGrantResponse { Header = headers.At(((DoneOutcome)outcome).Revision.Value), ID = id, TTL = seconds };
    }

    /// <inheritdoc/>
    public override async Task<Wire.LeaseRevokeResponse> LeaseRevoke(Wire.LeaseRevokeRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var retryId = SessionHeaders.Read(context.GetHttpContext().Request.Headers);
        var outcome = await replica.ExecuteAsync(
            new RevokeLeaseCommand(new LeaseId(request.ID)), retryId, context.CancellationToken);
        return new Wire.LeaseRevokeResponse { Header = headers.At(((DoneOutcome)outcome).Revision.Value) };
    }

    /// <inheritdoc/>
    public override async Task LeaseKeepAlive(
        IAsyncStreamReader<Wire.LeaseKeepAliveRequest> requestStream,
        IServerStreamWriter<Wire.LeaseKeepAliveResponse> responseStream,
        ServerCallContext context)
    {
        guards.Check(context);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, host.ApplicationStopping);
        var exchange = new KeepAliveExchange(leases, headers);
        try
        {
            await exchange.RunAsync(requestStream, responseStream, end.Token);
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The client went away, or this member stops.
            throw FailureTranslation.Refused(
                host.ApplicationStopping.IsCancellationRequested ? EtcdStatus.Stopped : EtcdStatus.Cancelled);
        }
    }

    /// <inheritdoc/>
    public override async Task<Wire.LeaseTimeToLiveResponse> LeaseTimeToLive(
        Wire.LeaseTimeToLiveRequest request, ServerCallContext context)
    {
        guards.Check(context);
        try
        {
            var lease = new LeaseId(request.ID);
            if (await leases.FindAsync(lease, context.CancellationToken) is not { } time)
            {
                return new Wire.LeaseTimeToLiveResponse { Header = headers.Current(), ID = request.ID, TTL = NoTimeToLive };
            }

            var response = new Wire.LeaseTimeToLiveResponse
            {
                ID = request.ID,
                TTL = (long)time.Remaining.TotalSeconds,
                GrantedTTL = time.GrantedSeconds,
            };
            response.Header = headers.Current();
            if (request.Keys)
            {
                foreach (var key in replica.State.Keyspace.KeysOfLease(lease))
                {
                    response.Keys.Add(UnsafeByteOperations.UnsafeWrap(key.Memory));
                }
            }

            return response;
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
    }

    /// <inheritdoc/>
    public override async Task<Wire.LeaseLeasesResponse> LeaseLeases(Wire.LeaseLeasesRequest request, ServerCallContext context)
    {
        guards.Check(context);
        ReplicatedState state;
        try
        {
            state = await replica.ReadLinearizableAsync(context.CancellationToken);
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }

        var response = new Wire.LeaseLeasesResponse { Header = headers.At(state.Keyspace.Revision.Value) };
        foreach (var lease in state.Keyspace.ListLeases())
        {
            response.Leases.Add(new Wire.LeaseStatus { ID = lease.Id.Value });
        }

        return response;
    }
}
