using Grpc.Core;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Transport;

/// <summary>Another member can't be reached, did not answer in time, or refused the call.</summary>
/// <param name="peer">The member.</param>
/// <param name="reason">Why, in a few words.</param>
/// <param name="inner">What was caught.</param>
internal sealed class PeerUnavailableException(NodeId peer, string reason, Exception? inner = null)
    : IOException($"member {peer} is unavailable: {reason}", inner)
{
    /// <summary>Why, in a few words, without the member.</summary>
    public string Reason { get; } = reason;

    /// <summary>What a failed call comes down to: the words of the innermost cause, where the call did not get as far as an answer.</summary>
    public static string ReasonOf(RpcException exception)
    {
        var cause = exception.Status.DebugException;
        while (cause?.InnerException is { } inner)
        {
            cause = inner;
        }

        return cause is null ? exception.Status.Detail : cause.Message;
    }
}
