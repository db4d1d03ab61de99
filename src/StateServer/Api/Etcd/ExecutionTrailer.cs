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
}
