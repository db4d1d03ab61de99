using Google.Protobuf;
using Grpc.Core;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// Binds etcd's Watch service with a response type of our own, in place of the generated binding: a response to a thousand
/// watchers is then not built and encoded a thousand times.
/// </summary>
internal static class WatchBinding
{
    private static readonly Marshaller<Wire.WatchRequest> Requests = Marshallers.Create<Wire.WatchRequest>(
        static (request, context) => context.Complete(request.ToByteArray()),
        static context => Wire.WatchRequest.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    private static readonly Method<Wire.WatchRequest, WatchReply> Method = new(
        MethodType.DuplexStreaming, Descriptor.FullName, nameof(Base.Watch), Requests, WatchReplyFormat.Marshaller);

    /// <summary>For gRPC's reflection, which looks for it under this name.</summary>
    public static Google.Protobuf.Reflection.ServiceDescriptor Descriptor => Wire.Watch.Descriptor;

    /// <summary>For gRPC's hosting, which looks for it under the name in the attribute.</summary>
    public static void Bind(ServiceBinderBase binder, Base? service) => binder.AddMethod(
        Method, service is null ? null : new DuplexStreamingServerMethod<Wire.WatchRequest, WatchReply>(service.Watch));

    /// <summary>The service.</summary>
    [BindServiceMethod(typeof(WatchBinding), nameof(Bind))]
    public abstract class Base
    {
        /// <summary>One client's stream.</summary>
        public abstract Task Watch(
            IAsyncStreamReader<Wire.WatchRequest> requestStream, IServerStreamWriter<WatchReply> responseStream, ServerCallContext context);
    }
}
