using Grpc.Core;
using StateServer.Client.Failures;

namespace StateServer.Client.Calls;

/// <summary>The server doesn't know the session, and the write's first attempt found out: it was not executed.</summary>
internal sealed class SessionLostException(string message, Exception? inner)
    : StateServerException(StatusCode.Aborted, message, inner);
