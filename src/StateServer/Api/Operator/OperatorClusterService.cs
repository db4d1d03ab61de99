using Grpc.Core;
using StateServer.Api.Etcd;
using StateServer.Protos.Operator;
using StateServer.Reports;

namespace StateServer.Api.Operator;

/// <summary><c>stateserver.operator.v1.Cluster</c>: answers from what this member finds out, with a leader or without.</summary>
internal sealed class OperatorClusterService(StatusRounds rounds, TimeProvider time, IHostApplicationLifetime lifetime)
    : Cluster.ClusterBase
{
    private const uint DefaultMilliseconds = 1_000;
    private const uint MostMilliseconds = 10_000;

    /// <inheritdoc/>
    public override async Task<GetStatusResponse> GetStatus(GetStatusRequest request, ServerCallContext context) =>
        StatusMessages.ToMessage(await rounds.LookAsync(Timeout(request), context.CancellationToken));

    /// <inheritdoc/>
    public override async Task WatchStatus(
        GetStatusRequest request, IServerStreamWriter<GetStatusResponse> responseStream, ServerCallContext context)
    {
        TimeSpan timeout = Timeout(request);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            ClusterReport? told = null;
            while (true)
            {
                ClusterReport seen = await rounds.ShareAsync(timeout, end.Token);
                if (told is null || StatusDifference.IsNews(told, seen))
                {
                    await responseStream.WriteAsync(StatusMessages.ToMessage(seen), end.Token);
                    told = seen;
                }

                await Task.Delay(StatusRounds.Pause, time, end.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw FailureTranslation.Refused(EtcdStatus.Stopped);
        }
    }

    private static TimeSpan Timeout(GetStatusRequest request) => request.TimeoutMilliseconds switch
    {
        > MostMilliseconds => throw new RpcException(new Status(
            StatusCode.InvalidArgument,
            $"timeout_milliseconds is {request.TimeoutMilliseconds}; give 0 (for {DefaultMilliseconds}) to {MostMilliseconds}")),
        0 => TimeSpan.FromMilliseconds(DefaultMilliseconds),
        _ => TimeSpan.FromMilliseconds(request.TimeoutMilliseconds),
    };
}
