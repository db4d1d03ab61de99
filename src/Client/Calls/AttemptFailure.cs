using System.Net.Sockets;
using Grpc.Core;

namespace StateServer.Client.Calls;

/// <summary>A failed attempt, judged.</summary>
/// <param name="Execution">What is known.</param>
/// <param name="IsTransient">Whether a later attempt, or another member, may succeed.</param>
/// <param name="IsSessionLost">Whether the server does not know the session (any more).</param>
internal readonly record struct AttemptFailure(Execution Execution, bool IsTransient, bool IsSessionLost)
{
    /// <summary>Judges a failure by the member's own word, and without one by what can have happened.</summary>
    internal static AttemptFailure Of(RpcException failure)
    {
        var executed = failure.Trailers.GetValue(CallMetadata.Executed);
        var execution = executed switch
        {
            CallMetadata.ExecutedNo => Execution.No,
            CallMetadata.ExecutedYes => Execution.Yes,
            CallMetadata.ExecutedUnknown => Execution.Unknown,
            _ => WithoutWord(failure),
        };
        var isFinal = failure.Trailers.GetValue(CallMetadata.RetryPushback) == CallMetadata.NoRetry;
        return new AttemptFailure(execution, IsTransientCode(failure.StatusCode) && !isFinal, IsLostSession(failure));
    }

    private static bool IsLostSession(RpcException failure) =>
        failure.StatusCode == StatusCode.Aborted
        && failure.Trailers.GetValue(CallMetadata.Executed) == CallMetadata.ExecutedUnknown;

    private static bool IsTransientCode(StatusCode code) =>
        code is StatusCode.Unavailable or StatusCode.ResourceExhausted or StatusCode.DeadlineExceeded or StatusCode.Cancelled
            or StatusCode.Internal;

    /// <summary>
    /// A connection that could not be made carried nothing. Codes by which a server refuses bad requests mean a refusal.
    /// Anything else (a connection that broke, a timeout) is unknown.
    /// </summary>
    private static Execution WithoutWord(RpcException failure) => failure.StatusCode switch
    {
        StatusCode.InvalidArgument or StatusCode.OutOfRange or StatusCode.NotFound or StatusCode.AlreadyExists
            or StatusCode.FailedPrecondition or StatusCode.PermissionDenied or StatusCode.Unauthenticated
            or StatusCode.Unimplemented or StatusCode.ResourceExhausted => Execution.No,
        _ => failure.Status.DebugException is { } cause && NeverConnected(cause) ? Execution.No : Execution.Unknown,
    };

    private static bool NeverConnected(Exception cause) => cause switch
    {
        HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError
        } => true,

        // The channel reports a failed connect of its own as the bare socket error.
        SocketException
        {
            SocketErrorCode: SocketError.ConnectionRefused or SocketError.HostNotFound
                or SocketError.HostUnreachable or SocketError.NetworkUnreachable
        } => true,
        _ => cause.InnerException is { } inner && NeverConnected(inner),
    };
}
