using System.Collections.Concurrent;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>Adds unique elements; every acknowledged one is there at the end, none that failed, none invented, none twice.</summary>
internal sealed class SetWorkload : IWorkload
{
    private readonly ConcurrentDictionary<string, OperationStatus> _added = new();

    public string Name => "set";

    public string Description => "unique elements added through all members; every acknowledged one present at the end, none invented";

    public Task RunAsync(WorkloadContext context, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        (_, RangeResponse? all) = await client.PrefixAsync("set/");
        if (all is null)
        {
            throw new FinalReadFailedException($"the final read of the set failed: {client.LastFailure}");
        }

        string? twice = all.Kvs.FirstOrDefault(kv => kv.Version > 1)?.Key.ToStringUtf8();
        return
        [
            twice is not null
                ? new Verdict("set", Conclusion.Violated, $"{twice} was written once and executed more than once")
                : SetChecker.Check(_added, all.Kvs.Select(kv => kv.Key.ToStringUtf8()).ToHashSet(StringComparer.Ordinal)),
        ];
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, process);
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            string key = $"set/{process}/{sequence}";
            _added[key] = OperationStatus.Unknown;
            _added[key] = (await client.PutAsync(key, "x")).Status;
            await context.PaceAsync(cancellationToken);
        }
    }
}
