using Grpc.Core;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Tests.Hosting;

internal sealed class FakeLeases(FakeMember member) : Lease.LeaseBase
{
    public override Task<LeaseGrantResponse> LeaseGrant(LeaseGrantRequest request, ServerCallContext context)
    {
        member.Grants.Enqueue((request, context.RequestHeaders));
        return Task.FromResult(new LeaseGrantResponse { ID = request.ID, TTL = request.TTL });
    }

    public override Task<LeaseRevokeResponse> LeaseRevoke(LeaseRevokeRequest request, ServerCallContext context)
    {
        member.Revoked.Enqueue(request.ID);
        return Task.FromResult(new LeaseRevokeResponse());
    }

    public override async Task LeaseKeepAlive(
        IAsyncStreamReader<LeaseKeepAliveRequest> requestStream,
        IServerStreamWriter<LeaseKeepAliveResponse> responseStream,
        ServerCallContext context)
    {
        while (await requestStream.MoveNext(context.CancellationToken))
        {
            var seconds = await member.OnKeepAlive(Interlocked.Increment(ref member.KeepAlives) - 1).WaitAsync(context.CancellationToken);
            await responseStream.WriteAsync(new LeaseKeepAliveResponse { ID = requestStream.Current.ID, TTL = seconds });
        }
    }
}
