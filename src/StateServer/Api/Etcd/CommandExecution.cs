using Grpc.Core;
using StateServer.Consensus;
using StateServer.Consensus.Proposals;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Api.Etcd;

/// <summary>Proposes for a gRPC call: whatever is not a success becomes the <see cref="RpcException"/> that the client expects.</summary>
internal static class CommandExecution
{
    /// <summary>Proposes <paramref name="command"/> and returns its outcome, which is never a rejection.</summary>
    /// <exception cref="RpcException">Rejected, refused, or of unknown outcome: <see cref="ExecutionTrailer"/> tells which.</exception>
    internal static async ValueTask<Outcome> ExecuteAsync(
        this IReplica replica, Command command, RequestId? request, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await replica.ProposeAsync(command, request, cancellationToken);
            return outcome is Rejection rejection ? throw FailureTranslation.Of(rejection) : outcome;
        }
        catch (ProposalRefusedException refusal)
        {
            throw FailureTranslation.Of(refusal);
        }
        catch (OutcomeUnknownException unknown)
        {
            throw FailureTranslation.Of(unknown, cancellationToken);
        }
    }
}
