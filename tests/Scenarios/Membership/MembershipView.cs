using System.Text.Json;
using Grpc.Core;
using StateServer.Client;
using StateServer.Protos.Etcd;
using StateServer.Scenarios.Processes;
using OperatorMember = StateServer.Protos.Operator.Member;

namespace StateServer.Scenarios.Membership;

/// <summary>Looks at the membership's view, as any etcd client reads it, to catch an operation in its middle.</summary>
internal static class MembershipView
{
    private const string Key = "/stateserver/membership";

    /// <summary>Does something in the very moment in which an operation of a kind begins.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="kind">grow, swap or shrink.</param>
    /// <param name="ask">Asks for what needs it; it may be going on still when the operation begins.</param>
    /// <param name="then">What to do.</param>
    public static async Task<T> OnOperationAsync<T>(this SelfHealingCluster cluster, string kind, Func<Task> ask, Func<Task<T>> then)
    {
        var request = new WatchCreateRequest
        {
            Key = Google.Protobuf.ByteString.CopyFromUtf8(Key),
            StartRevision = (await cluster.ListAsync()).Revision + 1,
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(SelfHealingCluster.Patience);
        await using var client = new StateServerClient(new ClientOptions { Endpoints = [.. cluster.Processes().Select(process => process.Client)] });
        var asked = Task.Run(ask);
        try
        {
            await foreach (var update in client.WatchAsync(request, limit.Token))
            {
                if (update.Events.Any(change => KindOf(change.Kv.Value.ToStringUtf8()) == kind))
                {
                    return await then();
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // As told below.
        }
        finally
        {
            await asked;
        }

        throw new TimeoutException($"no {kind} began\n{cluster.Evidence()}");
    }

    /// <summary>Kills the leader in the middle of an operation. It is stopped as the operation begins, so that one can look whether it still is under way.</summary>
    /// <returns>The leader, which is gone; null where the operation was over already: then it runs on.</returns>
    public static async Task<OperatorMember?> KillLeaderInAsync(this SelfHealingCluster cluster, string kind, Func<Task> ask)
    {
        var leader = (await cluster.LedAsync()).Single(member => member.Leads);
        int pid = cluster.Living(leader).Pid;
        return await cluster.OnOperationAsync<OperatorMember?>(kind, ask, async () =>
        {
            LiveProcess.Send(pid, Signal.Stop);
            if (!await IsOpenAsync(cluster, pid, leader.Id))
            {
                LiveProcess.Send(pid, Signal.Continue);
                return null;
            }

            LiveProcess.Send(pid, Signal.Kill);
            await cluster.GoneAsync(pid);
            return leader;
        });
    }

    /// <summary>Whether the newest that the others know is an operation under way, led by that leader.</summary>
    private static async Task<bool> IsOpenAsync(SelfHealingCluster cluster, int stopped, ulong leader)
    {
        long newest = 0;
        bool isOpen = false;
        foreach (var process in cluster.Processes().Where(process => process.Pid != stopped))
        {
            try
            {
                var connection = cluster[process.Client];
                var view = await connection.RangeAsync(Key, serializable: true);
                if (view.Keys is [var key] && key.ModRevision > newest)
                {
                    newest = key.ModRevision;
                    isOpen = KindOf(key.Value) is not null && (await connection.StatusAsync()).Leader == leader;
                }
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                // One that was removed a moment ago serves nothing; the others know what is under way.
            }
        }

        return isOpen;
    }

    /// <summary>The kind of the operation under way; null where there is none.</summary>
    private static string? KindOf(string view)
    {
        using var read = JsonDocument.Parse(view);
        return read.RootElement.TryGetProperty("operation", out var operation) ? operation.GetProperty("kind").GetString() : null;
    }
}
