using Grpc.Core;
using StateServer.Api.Etcd;

namespace StateServer.Api.Model;

/// <summary>Refusals of requests about the model that never reached the log: certainly not executed, and told as such.</summary>
internal static class ModelFailure
{
    /// <summary>The request can't be right, whatever the model.</summary>
    public static RpcException Wrong(string line) => Of(StatusCode.InvalidArgument, line);

    /// <summary>The model has no such thing.</summary>
    public static RpcException NotFound(string line) => Of(StatusCode.NotFound, line);

    /// <summary>There is no environment: nothing can be deployed.</summary>
    public static RpcException NoEnvironment() =>
        Of(StatusCode.FailedPrecondition, "no environment is bootstrapped; 'stateserver bootstrap' makes one");

    /// <summary>What the environment forbids.</summary>
    public static RpcException Forbidden(string line) => Of(StatusCode.FailedPrecondition, line);

    /// <summary>This member can't plan; another may, so our client asks the next.</summary>
    public static RpcException NoPlan(string line) => Of(StatusCode.Unavailable, line);

    private static RpcException Of(StatusCode code, string line) =>
        FailureTranslation.Refused(new Status(code, $"stateserver: {line}"));
}
