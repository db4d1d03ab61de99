using System.Collections.Concurrent;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Appends unique elements to lists by compare-and-swap of the mod revision. Every list read is a prefix of the final one,
/// every acknowledged element is in it once, and one client's stand in its order.
/// </summary>
internal sealed class AppendWorkload : IWorkload
{
    private const int Lists = 3;
    private const int MostBytes = 20_000;

    private readonly ConcurrentDictionary<(string List, string Element), OperationStatus> _appended = new();
    private readonly ConcurrentQueue<(string List, string Seen)> _reads = new();

    public string Name => "append";

    public string Description => "elements appended to lists by compare-and-swap; none lost, doubled or invented, no order turned round";

    public Task RunAsync(WorkloadContext context, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        (_, RangeResponse? all) = await client.PrefixAsync("append/");
        if (all is null)
        {
            throw new FinalReadFailedException($"the final read of the lists failed: {client.LastFailure}");
        }

        return [AppendChecker.Check(_appended, _reads, all.Kvs.ToDictionary(kv => kv.Key.ToStringUtf8(), kv => kv.Value.ToStringUtf8()))];
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(context.Seed, process, 7));
        using var client = new MemberClient(context, process);
        int generation = 0;
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            string list = $"append/{generation}/{random.Next(Lists)}";
            (_, RangeResponse? read) = await client.GetAsync(list);
            if (read is not null)
            {
                string seen = read.Kvs.FirstOrDefault()?.Value.ToStringUtf8() ?? "";
                _reads.Enqueue((list, seen));
                await AppendAsync(client, list, seen, read.Kvs.FirstOrDefault()?.ModRevision ?? 0, $"{process}.{sequence}");
                generation += seen.Length > MostBytes ? 1 : 0;
            }

            await context.PaceAsync(cancellationToken);
        }
    }

    private async Task AppendAsync(MemberClient client, string list, string seen, long modRevision, string element)
    {
        _appended[(list, element)] = OperationStatus.Unknown;
        (OperationStatus status, TxnResponse? response) = await client.TxnAsync(new TxnRequest
        {
            Compare = { MemberClient.ModRevisionIs(list, modRevision) },
            Success = { MemberClient.Put(list, seen + element + " ") },
        });
        _appended[(list, element)] = response is { Succeeded: false } ? OperationStatus.Fail : status;
    }
}
