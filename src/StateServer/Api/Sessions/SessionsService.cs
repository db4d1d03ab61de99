using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Consensus;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;
using StateServer.Protos.Client;

namespace StateServer.Api.Sessions;

/// <summary>Opens and closes the sessions under which writes can be retried. Thread-safe.</summary>
internal sealed class SessionsService(IReplica replica, CallGuards guards) : Protos.Client.Sessions.SessionsBase
{
    /// <inheritdoc/>
    public override async Task<OpenSessionResponse> Open(OpenSessionRequest request, ServerCallContext context)
    {
        guards.Check(context);
        var outcome = await replica.ExecuteAsync(new OpenSessionCommand(), null, context.CancellationToken);
        return new OpenSessionResponse { Session = ((SessionOpenedOutcome)outcome).Session.Value };
    }

    /// <inheritdoc/>
    public override async Task<CloseSessionResponse> Close(CloseSessionRequest request, ServerCallContext context)
    {
        guards.Check(context);
        if (request.Session <= 0)
        {
            throw FailureTranslation.Refused(new Status(
                StatusCode.InvalidArgument,
                $"stateserver: session is {request.Session}: it must be the positive number that Open gave"));
        }

        await replica.ExecuteAsync(
            new CloseSessionCommand(new SessionId(request.Session)), null, context.CancellationToken);
        return new CloseSessionResponse();
    }
}
