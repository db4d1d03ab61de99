using Grpc.Core;

namespace StateServer.Client.Failures;

/// <summary>The write may have been, or may yet be, executed: no answer told.</summary>
/// <param name="code">The last answer's gRPC code.</param>
/// <param name="message">What happened, in one line.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class OutcomeUnknownException(StatusCode code, string message, Exception? inner = null)
    : StateServerException(code, message, inner)
{
    /// <summary>The write's id, where it went through a session: sent again under it (<see cref="ClientOptions.Resumed"/>), it is done once.</summary>
    public WriteId? Write { get; init; }
}
