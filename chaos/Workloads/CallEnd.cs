using System.Net.Sockets;
using Grpc.Core;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Workloads;

/// <summary>Reads a failed call: certainly without effect, or unknown.</summary>
internal static class CallEnd
{
    /// <summary>The messages that say that nothing was begun. Anything not named here is unknown.</summary>
    private static readonly string[] CertainlyNothing =
    [
        "etcdserver: no leader",
        "etcdserver: too many requests",
        "etcdserver: request is too large",
        "etcdserver: mvcc: database space exceeded",
        "etcdserver: corrupt cluster",
        "etcdserver: server stopped",
    ];

    public static OperationStatus Of(RpcException failure)
    {
        bool refusedConnection = failure.Status.DebugException is { } cause && Causes(cause)
            .Any(c => c is SocketException { SocketErrorCode: SocketError.ConnectionRefused });
        return refusedConnection || CertainlyNothing.Any(m => failure.Status.Detail.StartsWith(m, StringComparison.Ordinal))
            ? OperationStatus.Fail
            : OperationStatus.Unknown;
    }

    private static IEnumerable<Exception> Causes(Exception outermost)
    {
        for (Exception? cause = outermost; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
