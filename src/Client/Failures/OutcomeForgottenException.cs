using Grpc.Core;

namespace StateServer.Client.Failures;

/// <summary>The write was executed, once, but its answer is no longer kept.</summary>
/// <param name="message">The server's text.</param>
/// <param name="inner">The cause.</param>
public sealed class OutcomeForgottenException(string message, Exception? inner = null)
    : StateServerException(StatusCode.Aborted, message, inner);
