using Grpc.Core;
using StateServer.Protos.Client;

namespace StateServer.Client.Tests.Hosting;

/// <summary>Sessions are numbered from 101.</summary>
internal sealed class FakeSessions(FakeMember member) : Sessions.SessionsBase
{
    public override Task<OpenSessionResponse> Open(OpenSessionRequest request, ServerCallContext context) =>
        Task.FromResult(new OpenSessionResponse { Session = 100 + Interlocked.Increment(ref member.SessionsOpened) });

    public override Task<CloseSessionResponse> Close(CloseSessionRequest request, ServerCallContext context)
    {
        member.SessionsClosed.Enqueue(request.Session);
        return Task.FromResult(new CloseSessionResponse());
    }
}
