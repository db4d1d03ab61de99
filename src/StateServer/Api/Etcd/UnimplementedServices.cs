using Grpc.Core;
using StateServer.Client;

namespace StateServer.Api.Etcd;

/// <summary>
/// Answers etcd's services that are not there yet with UNIMPLEMENTED and a line that names them, where the framework's own
/// answer would say "Service is unimplemented". Stateless.
/// </summary>
internal static class UnimplementedServices
{
    private static readonly string[] Names = ["Auth"];

    /// <summary>The status of a method that is not there yet.</summary>
    internal static Status StatusOf(string service, string method) => new(
        StatusCode.Unimplemented, $"stateserver: {service}/{method} of etcd's API is not implemented in this version");

    /// <summary>Maps them.</summary>
    internal static void MapUnimplementedServices(this IEndpointRouteBuilder endpoints)
    {
        foreach (var service in Names)
        {
            endpoints.MapPost(
                $"/etcdserverpb.{service}/{{method}}",
                (HttpContext context, string method) => Answer(context.Response, StatusOf(service, method)));
        }
    }

    /// <summary>A trailers-only answer, as the gRPC protocol over HTTP/2 words it.</summary>
    private static void Answer(HttpResponse response, Status status)
    {
        response.ContentType = "application/grpc";
        response.Headers["grpc-status"] = ((int)status.StatusCode).ToString(System.Globalization.CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = status.Detail;
        response.Headers[CallMetadata.Executed] = CallMetadata.ExecutedNo;
    }
}
