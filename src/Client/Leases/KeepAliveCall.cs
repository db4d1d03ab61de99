using Grpc.Core;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Leases;

/// <summary>One keep-alive: a stream of one request and one answer, in the shape of a unary call.</summary>
internal static class KeepAliveCall
{
    /// <summary>Sends it.</summary>
    internal static AsyncUnaryCall<LeaseKeepAliveResponse> Begin(CallInvoker invoker, long lease, CallOptions options)
    {
        var stream = new Lease.LeaseClient(invoker).LeaseKeepAlive(options);
        return new AsyncUnaryCall<LeaseKeepAliveResponse>(
            AskAsync(stream, lease, options.CancellationToken),
            stream.ResponseHeadersAsync,
            stream.GetStatus,
            stream.GetTrailers,
            stream.Dispose);
    }

    private static async Task<LeaseKeepAliveResponse> AskAsync(
        AsyncDuplexStreamingCall<LeaseKeepAliveRequest, LeaseKeepAliveResponse> stream, long lease, CancellationToken cancellationToken)
    {
        try
        {
            await stream.RequestStream.WriteAsync(new LeaseKeepAliveRequest { ID = lease }, cancellationToken);
            await stream.RequestStream.CompleteAsync();
        }
        catch (Exception failure) when (failure is InvalidOperationException or HttpRequestException or IOException)
        {
            // The stream is over already: reading it tells why.
        }

        return await stream.ResponseStream.MoveNext(cancellationToken)
            ? stream.ResponseStream.Current
            : throw new RpcException(new Status(StatusCode.Unavailable, "the stream of keep-alives ended without an answer"));
    }
}
