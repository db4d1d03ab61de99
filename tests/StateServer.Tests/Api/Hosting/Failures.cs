using Grpc.Core;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>Looks at failed calls.</summary>
internal static class Failures
{
    internal static async Task<RpcException> FailureOf(Func<Task> call) => await Assert.ThrowsAsync<RpcException>(call);

    internal static void AssertFailure(RpcException failure, StatusCode code, string detail, string executed)
    {
        Assert.Equal((code, detail), (failure.StatusCode, failure.Status.Detail));
        Assert.Equal(executed, failure.Trailers.GetValue("stateserver-executed"));
    }
}
