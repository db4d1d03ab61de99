using System.Net.Sockets;
using Grpc.Core;
using StateServer.Chaos.Histories;

namespace StateServer.Chaos.Workloads;

/// <summary>Reads a failed call: certainly without effect, or unknown.</summary>
internal static class CallEnd
{
    /// <summary>The trailer by which a member says whether a failed request was executed.</summary>
    private const string ExecutedTrailer = "stateserver-executed";

    public static OperationStatus Of(RpcException failure)
    {
        bool saidNo = failure.Trailers.Get(ExecutedTrailer)?.Value == "no";
        bool neverSent = failure.Status.DebugException is { } cause && Causes(cause)
            .Any(c => c is SocketException { SocketErrorCode: SocketError.ConnectionRefused });
        return saidNo || neverSent ? OperationStatus.Fail : OperationStatus.Unknown;
    }

    private static IEnumerable<Exception> Causes(Exception outermost)
    {
        for (Exception? cause = outermost; cause is not null; cause = cause.InnerException)
        {
            yield return cause;
        }
    }
}
