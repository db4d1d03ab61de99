using Grpc.Core;

namespace StateServer.Client.Failures;

/// <summary>The request was certainly not executed.</summary>
/// <param name="code">Why, as gRPC has it.</param>
/// <param name="message">Why, in one line: the server's own text where it gave one.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class RequestRefusedException(StatusCode code, string message, Exception? inner = null)
    : StateServerException(code, message, inner);
