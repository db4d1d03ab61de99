using System.Collections.Concurrent;
using System.Globalization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Pairs of which at most one may be taken. Each client reads both, and takes one where it saw neither taken, on condition
/// that both are as read: under write skew both end up taken.
/// </summary>
internal sealed class SkewWorkload : IWorkload
{
    private readonly ConcurrentDictionary<string, byte> _taken = new();

    public string Name => "skew";

    public string Description => "pairs of which at most one may be taken; no write skew, no acknowledged taking lost";

    public Task RunAsync(WorkloadContext context, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        (_, RangeResponse? all) = await client.PrefixAsync("skew/");
        if (all is null)
        {
            throw new FinalReadFailedException($"the final read of the pairs failed: {client.LastFailure}");
        }

        return [SkewChecker.Check([.. _taken.Keys], all.Kvs.Select(kv => kv.Key.ToStringUtf8()).ToHashSet(StringComparer.Ordinal))];
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, process);
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            // Two neighbours contend for each pair.
            string pair = string.Create(CultureInfo.InvariantCulture, $"skew/{process / 2}/{sequence}");
            string mine = pair + (process % 2 == 0 ? "/a" : "/b");
            (_, TxnResponse? read) = await client.TxnAsync(new TxnRequest { Success = { MemberClient.Range(pair + "/a"), MemberClient.Range(pair + "/b") } });
            if (read is not null && read.Responses.All(r => r.ResponseRange.Count == 0))
            {
                (OperationStatus status, TxnResponse? response) = await client.TxnAsync(new TxnRequest
                {
                    Compare = { MemberClient.ModRevisionIs(pair + "/a", 0), MemberClient.ModRevisionIs(pair + "/b", 0) },
                    Success = { MemberClient.Put(mine, "taken") },
                });
                if (status == OperationStatus.Ok && response!.Succeeded)
                {
                    _taken[mine] = 0;
                }
            }

            await context.PaceAsync(cancellationToken);
        }
    }
}
