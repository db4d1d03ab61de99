using Grpc.Core;
using StateServer.Client;

namespace StateServer.Api.Etcd;

/// <summary>
/// Puts the trailer <see cref="CallMetadata.Executed"/> on a member's failed answers. Clients of etcd ignore it; ours
/// retries by it.
/// </summary>
internal static class ExecutionTrailer
{
    /// <summary>An exception that carries the trailer.</summary>
    internal static RpcException Failure(Status status, string executed) =>
        new(status, new Metadata { { CallMetadata.Executed, executed } });

    /// <summary>The failure of what was not executed, and can't be until something else is changed.</summary>
    internal static RpcException Final(Status status) => new(
        status, new Metadata { { CallMetadata.Executed, CallMetadata.ExecutedNo }, { CallMetadata.RetryPushback, CallMetadata.NoRetry } });
}
