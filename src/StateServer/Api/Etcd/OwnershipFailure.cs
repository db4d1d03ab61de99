using Grpc.Core;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Reads;
using StateServer.Ownership;
using StateServer.Watching;

namespace StateServer.Api.Etcd;

/// <summary>
/// Turns what went wrong with a lock or an election into what etcd's clients expect: its services pass errors on as UNKNOWN
/// with the text of the call that failed. What may be tried again keeps its code here.
/// </summary>
internal static class OwnershipFailure
{
    /// <summary>Runs a call's work.</summary>
    /// <exception cref="RpcException">It failed.</exception>
    internal static async Task<T> TranslatedAsync<T>(ServerCallContext context, Func<Task<T>> work)
    {
        try
        {
            return await work();
        }
        catch (ClaimRejectedException rejected)
        {
            throw FailureTranslation.Refused(new Status(StatusCode.Unknown, FailureTranslation.Of(rejected.Rejection).Status.Detail));
        }
        catch (ProposalRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
        catch (OutcomeUnknownException unknown)
        {
            throw FailureTranslation.Of(unknown, context.CancellationToken);
        }
        catch (ReadRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
        catch (WatchEndedException ended)
        {
            throw ended.Ending.Reason == WatchEndReason.ClientGone
                ? FailureTranslation.Refused(EtcdStatus.Cancelled)
                : WatchService.FailureOf(ended.Ending);
        }
        catch (OperationCanceledException)
        {
            throw FailureTranslation.Refused(EtcdStatus.Cancelled);
        }
    }
}
