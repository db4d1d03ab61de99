using Grpc.Core;

namespace StateServer.Api.Etcd;

/// <summary>
/// The trailer on every failed answer of a member that tells whether the request was executed: etcd's codes alone can't tell
/// a refusal from an unknown outcome. Clients of etcd ignore it; ours retries by it.
/// </summary>
internal static class ExecutionTrailer
{
    /// <summary>The trailer's name.</summary>
    internal const string Name = "stateserver-executed";

    /// <summary>Certainly not executed: safe to repeat.</summary>
    internal const string No = "no";

    /// <summary>May have been, or may yet be, executed.</summary>
    internal const string Unknown = "unknown";

    /// <summary>Executed by an earlier request of the same session and sequence; the outcome is no longer kept.</summary>
    internal const string Yes = "yes";

    /// <summary>An exception that carries the trailer.</summary>
    internal static RpcException Failure(Status status, string executed) => new(status, new Metadata { { Name, executed } });
}
