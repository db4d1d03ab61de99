using Google.Protobuf;
using Grpc.Core;
using StateServer.Consensus;
using StateServer.Domain.Identity;
using StateServer.Domain.Keyspace;
using StateServer.Ownership;
using StateServer.Watching;
using Wire = StateServer.Protos.Etcd.Elections;

namespace StateServer.Api.Etcd;

/// <summary>etcd's election service, on any member. Thread-safe.</summary>
internal sealed class ElectionService(
    ClaimQueue queue, IReplica replica, WatchHub hub, ResponseHeaders headers, CallGuards guards) : Wire.Election.ElectionBase
{
    private static readonly Status NotLeader = new(StatusCode.Unknown, "election: not leader");
    private static readonly Status NoLeader = new(StatusCode.Unknown, "election: no leader");
    private static readonly Status LeaderMissing = new(StatusCode.Unknown, "\"leader\" field must be provided");

    /// <inheritdoc/>
    public override Task<Wire.CampaignResponse> Campaign(Wire.CampaignRequest request, ServerCallContext context)
    {
        guards.Check(context);
        return OwnershipFailure.TranslatedAsync(context, async () =>
        {
            var lease = await queue.LeaseAsync(request.Lease);
            var (claim, found) = await queue.EnterAsync(request.Name.Memory, lease, request.Value.Memory);
            return new Wire.CampaignResponse
            {
                Header = headers.At(await WinAsync(claim, found, lease, request.Value.Memory, context.CancellationToken)),
                Leader = new Wire.LeaderKey
                {
                    Name = request.Name,
                    Key = UnsafeByteOperations.UnsafeWrap(claim.Key.Memory),
                    Rev = claim.CreateRevision,
                    Lease = lease.Value,
                },
            };
        });
    }

    /// <inheritdoc/>
    public override Task<Wire.ProclaimResponse> Proclaim(Wire.ProclaimRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var leader = request.Leader ?? throw FailureTranslation.Refused(LeaderMissing);
        return OwnershipFailure.TranslatedAsync(context, async () =>
        {
            var lease = await queue.LeaseAsync(leader.Lease);
            var written = await queue.WriteAsync(
                RequestTranslation.ToKey(leader.Key), leader.Rev, lease, request.Value.Memory);
            return new Wire.ProclaimResponse { Header = headers.At(written ?? throw FailureTranslation.Refused(NotLeader)) };
        });
    }

    /// <inheritdoc/>
    public override Task<Wire.LeaderResponse> Leader(Wire.LeaderRequest request, ServerCallContext context)
    {
        guards.Check(context);
        return OwnershipFailure.TranslatedAsync(context, async () =>
        {
            var keyspace = (await replica.ReadLinearizableAsync(context.CancellationToken)).Keyspace;
            return ClaimQueue.OwnerOf(keyspace, request.Name.Memory) is { } owner
                ? ToResponse(owner, keyspace.Revision.Value)
                : throw FailureTranslation.Refused(NoLeader);
        });
    }

    /// <inheritdoc/>
    public override Task Observe(
        Wire.LeaderRequest request, IServerStreamWriter<Wire.LeaderResponse> responseStream, ServerCallContext context)
    {
        guards.Check(context);
        return OwnershipFailure.TranslatedAsync(context, async () =>
        {
            while (!context.CancellationToken.IsCancellationRequested)
            {
                var (leader, revision) = await NextLeaderAsync(request.Name.Memory, context.CancellationToken);
                await FollowAsync(leader, revision, responseStream, context.CancellationToken);
            }

            return true;
        });
    }

    /// <inheritdoc/>
    public override Task<Wire.ResignResponse> Resign(Wire.ResignRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var leader = request.Leader ?? throw FailureTranslation.Refused(LeaderMissing);
        return OwnershipFailure.TranslatedAsync(context, async () => new Wire.ResignResponse
        {
            Header = headers.At(await queue.LeaveAsync(RequestTranslation.ToKey(leader.Key), leader.Rev)),
        });
    }

    /// <summary>Waits for the leadership; a client that goes away meanwhile leaves no key behind, but what its lease held before the call.</summary>
    private async Task<long> WinAsync(
        Claim claim, KeyValue? found, LeaseId lease, ReadOnlyMemory<byte> value, CancellationToken cancellationToken)
    {
        try
        {
            if (found is not null && !found.Value.Span.SequenceEqual(value.Span)
                && await queue.WriteAsync(claim.Key, claim.CreateRevision, lease, value) is null)
            {
                throw FailureTranslation.Refused(NotLeader);
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (!claim.IsFirst && await queue.AwaitTurnAsync(claim, cancellationToken) is null)
            {
                throw FailureTranslation.Refused(NotLeader);
            }

            return claim.Revision;
        }
        catch (Exception failure) when (claim.IsGivenUpAfter(failure))
        {
            await queue.TryLeaveAsync(claim, cancellationToken);
            throw;
        }
    }

    /// <summary>The leader now, or the first that comes; and the revision at which it was seen.</summary>
    private async Task<(KeyValue Leader, long Revision)> NextLeaderAsync(ReadOnlyMemory<byte> name, CancellationToken cancellationToken)
    {
        while (true)
        {
            var keyspace = (await replica.ReadLinearizableAsync(cancellationToken)).Keyspace;
            if (ClaimQueue.OwnerOf(keyspace, name) is { } owner)
            {
                return (owner, keyspace.Revision.Value);
            }

            using var watch = new LocalWatch(
                hub, [ClaimKeys.Below(ClaimKeys.Prefix(name.Span))], keyspace.Revision.Value + 1, WatchFilter.NoDelete, cancellationToken);
            if (await watch.NextAsync() is { } batch)
            {
                return (batch.Events[0].Change.Current, batch.FirstRevision);
            }
        }
    }

    /// <summary>Tells a leader and what it proclaims, until it is none any more.</summary>
    private async Task FollowAsync(
        KeyValue leader, long revision, IServerStreamWriter<Wire.LeaderResponse> responses, CancellationToken cancellationToken)
    {
        using var watch = new LocalWatch(hub, [ClaimKeys.One(leader.Key)], revision + 1, WatchFilter.None, cancellationToken);
        await responses.WriteAsync(ToResponse(leader, revision), cancellationToken);
        while (await watch.NextAsync() is { } batch)
        {
            foreach (var change in batch.Events)
            {
                if (change.Change.IsDelete)
                {
                    return;
                }

                await responses.WriteAsync(ToResponse(change.Change.Current, change.Revision), cancellationToken);
            }
        }
    }

    private Wire.LeaderResponse ToResponse(KeyValue leader, long revision) =>
        new() { Header = headers.At(revision), Kv = ResponseTranslation.ToKeyValue(leader) };
}
