using Grpc.Core;
using Grpc.Net.Client;
using StateServer.Bench.Load;
using StateServer.Protos.Etcd;

namespace StateServer.Bench.Targets;

/// <summary>Asks a cluster, over the etcd API that both targets speak, who leads and whether it serves.</summary>
internal static class ClusterProbe
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ServingLimit = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>
    /// Waits until all members run, name the same leader, and each answers a linearizable read.
    /// </summary>
    /// <returns>The leader.</returns>
    /// <exception cref="TargetFailedException">It didn't within two minutes.</exception>
    public static async Task<TargetMember> WaitUntilServingAsync(
        TargetCluster cluster, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ServingLimit);
        string reason = "";
        while (!deadline.IsCancellationRequested)
        {
            GrpcChannel[] channels = [.. cluster.Endpoints.Select(Connections.Open)];
            try
            {
                for (int attempt = 0; attempt < 20 && !deadline.IsCancellationRequested; attempt++)
                {
                    try
                    {
                        return await FindServingLeaderAsync(cluster, channels, deadline.Token);
                    }
                    catch (Exception exception) when (exception is RpcException or TargetFailedException)
                    {
                        reason = exception.Message;
                    }
                    await Task.Delay(Pause, CancellationToken.None);
                }
            }
            finally
            {
                Array.ForEach(channels, channel => channel.Dispose());
            }
        }
        cancellationToken.ThrowIfCancellationRequested();
        throw new TargetFailedException($"{cluster.Name} doesn't serve within {ServingLimit}: {reason}");
    }

    /// <summary>Waits for the first linearizable answer that any member gives to <paramref name="request"/>.</summary>
    public static async Task WaitForFirstAnswerAsync(
        TargetCluster cluster, RangeRequest request, CancellationToken cancellationToken)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(ServingLimit);
        Task[] askers = [.. cluster.Endpoints.Select(endpoint => AskUntilAnsweredAsync(endpoint, request, deadline.Token))];
        Task first = await Task.WhenAny(askers);
        if (deadline.IsCancellationRequested)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TargetFailedException($"{cluster.Name} doesn't answer within {ServingLimit}");
        }
        await first;
        await deadline.CancelAsync();
        await Task.WhenAll(askers).ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private static async Task AskUntilAnsweredAsync(string endpoint, RangeRequest request, CancellationToken cancellationToken)
    {
        while (true)
        {
            using GrpcChannel channel = Connections.Open(endpoint);
            KV.KVClient client = new(channel);
            try
            {
                RangeResponse answer = await client.RangeAsync(request, Options(cancellationToken));
                if (answer.Count > 0)
                {
                    return;
                }
                throw new TargetFailedException($"{endpoint} answered without the key that was written before");
            }
            catch (RpcException) when (!cancellationToken.IsCancellationRequested)
            {
                await Task.Delay(Pause, cancellationToken);
            }
        }
    }

    private static async Task<TargetMember> FindServingLeaderAsync(
        TargetCluster cluster, GrpcChannel[] channels, CancellationToken cancellationToken)
    {
        if (cluster.Members.Count != cluster.Size)
        {
            throw new TargetFailedException($"only {cluster.Members.Count} processes of {cluster.Size} run");
        }
        StatusResponse[] statuses = await Task.WhenAll(channels.Select(channel =>
            new Maintenance.MaintenanceClient(channel).StatusAsync(new StatusRequest(), Options(cancellationToken))
                .ResponseAsync));
        ulong leader = statuses[0].Leader;
        if (leader == 0 || statuses.Any(status => status.Leader != leader))
        {
            throw new TargetFailedException("its members don't name one leader");
        }
        RangeRequest read = new() { Key = Keys.Text("bench/probe") };
        await Task.WhenAll(channels.Select(channel =>
            new KV.KVClient(channel).RangeAsync(read, Options(cancellationToken)).ResponseAsync));
        int slot = Array.FindIndex(statuses, status => status.Header.MemberId == leader);
        return cluster.Members.First(member => member.Slot == slot);
    }

    private static CallOptions Options(CancellationToken cancellationToken) =>
        new(null, TimeProvider.System.GetUtcNow().UtcDateTime + CallLimit, cancellationToken);
}
