using Grpc.Core;

namespace StateServer.Client.Failures;

/// <summary>A request did not succeed. The derived types say what is known of it.</summary>
/// <param name="code">The last answer's gRPC code.</param>
/// <param name="message">One line for a person.</param>
/// <param name="inner">The cause, where there is one.</param>
public abstract class StateServerException(StatusCode code, string message, Exception? inner) : Exception(message, inner)
{
    /// <summary>The last answer's gRPC code.</summary>
    public StatusCode Code { get; } = code;
}
