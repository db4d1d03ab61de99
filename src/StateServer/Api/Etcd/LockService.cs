using Google.Protobuf;
using Grpc.Core;
using StateServer.Ownership;
using Wire = StateServer.Protos.Etcd.Locks;

namespace StateServer.Api.Etcd;

/// <summary>etcd's lock service, on any member. Thread-safe.</summary>
internal sealed class LockService(ClaimQueue queue, ResponseHeaders headers, CallGuards guards) : Wire.Lock.LockBase
{
    private static readonly Status SessionExpired = new(StatusCode.Unknown, "mutex: session is expired");

    /// <inheritdoc/>
    public override Task<Wire.LockResponse> Lock(Wire.LockRequest request, ServerCallContext context)
    {
        guards.Check(context);
        return OwnershipFailure.TranslatedAsync(context, async () =>
        {
            var lease = await queue.LeaseAsync(request.Lease);
            var (claim, _) = await queue.EnterAsync(request.Name.Memory, lease, default);
            return new Wire.LockResponse
            {
                Header = headers.At(await OwnAsync(claim, context.CancellationToken)),
                Key = UnsafeByteOperations.UnsafeWrap(claim.Key.Memory),
            };
        });
    }

    /// <inheritdoc/>
    public override Task<Wire.UnlockResponse> Unlock(Wire.UnlockRequest request, ServerCallContext context)
    {
        guards.Check(context);
        return OwnershipFailure.TranslatedAsync(context, async () => new Wire.UnlockResponse
        {
            Header = headers.At(await queue.DeleteAsync(RequestTranslation.ToKey(request.Key))),
        });
    }

    /// <summary>Waits for the lock; a client that goes away meanwhile leaves no key behind, but what its lease held before the call.</summary>
    private async Task<long> OwnAsync(Claim claim, CancellationToken cancellationToken)
    {
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return claim.IsFirst
                ? claim.Revision
                : await queue.AwaitTurnAsync(claim, cancellationToken) ?? throw FailureTranslation.Refused(SessionExpired);
        }
        catch (Exception failure) when (claim.IsGivenUpAfter(failure))
        {
            await queue.TryLeaveAsync(claim, cancellationToken);
            throw;
        }
    }
}
