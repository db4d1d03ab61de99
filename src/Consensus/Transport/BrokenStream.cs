using Grpc.Core;

namespace StateServer.Consensus.Transport;

/// <summary>
/// What a gRPC stream throws when its connection or its other end is gone. A write throws what the layers below it do where the
/// stream ended between two calls: not only <see cref="RpcException"/>, but <see cref="HttpRequestException"/> too.
/// </summary>
internal static class BrokenStream
{
    /// <summary>True where the stream is broken, and not the caller.</summary>
    public static bool Is(Exception exception)
        => exception is RpcException or HttpRequestException or IOException or TimeoutException or InvalidOperationException;
}
