using System.Collections.Concurrent;
using System.Globalization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Many large values, so that a snapshot takes a while to travel: first all of them as fast as they go, then one by one in
/// bursts, all clients at once: what a power loss tears in a burst is long, and what other workloads write over it is short.
/// Each key belongs to one client; at the end it holds its last acknowledged value or a later one, whole.
/// </summary>
internal sealed class BulkWorkload : IWorkload
{
    private const int KeysPerClient = 80;
    private const int ValueBytes = 32 * 1024;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(4);

    /// <summary>From each period's beginning on.</summary>
    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, (int Acknowledged, int Tried)> _written = new();

    public string Name => "bulk";

    public string Description => "20 MiB of large values, rewritten in bursts; none lost, torn or turned back";

    public bool IsUsual => false;

    public long KeptBytes => _written.Values.Sum(w => (w.Tried / KeysPerClient) + 1L) * ValueBytes;

    public Task RunAsync(WorkloadContext context, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        foreach ((string key, (int acknowledged, int tried)) in _written.OrderBy(w => w.Key, StringComparer.Ordinal))
        {
            (_, RangeResponse? read) = await client.GetAsync(key);
            if (read is null)
            {
                throw new FinalReadFailedException($"the final read of {key} failed: {client.LastFailure}");
            }

            string value = read.Kvs.FirstOrDefault()?.Value.ToStringUtf8() ?? "";
            int version = value.Length == 0 ? -1 : int.Parse(value.TrimStart(' '), CultureInfo.InvariantCulture);
            if (version < acknowledged || version > tried || (value.Length != ValueBytes && value.Length != 0))
            {
                return [new Verdict("bulk", Conclusion.Violated, $"{key} holds write {version} in {value.Length} bytes; {acknowledged} was acknowledged, {tried} tried")];
            }
        }

        return [new Verdict("bulk", Conclusion.Holds, $"{_written.Count} large values, each as acknowledged or later")];
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, process);
        for (int write = 0; !cancellationToken.IsCancellationRequested; write++)
        {
            string key = string.Create(CultureInfo.InvariantCulture, $"bulk/{process}/{write % KeysPerClient}");
            int acknowledged = _written.TryGetValue(key, out (int Acknowledged, int Tried) before) ? before.Acknowledged : -1;
            _written[key] = (acknowledged, write);
            OperationStatus status = (await client.PutAsync(key, write.ToString(CultureInfo.InvariantCulture).PadLeft(ValueBytes))).Status;
            _written[key] = (status == OperationStatus.Ok ? write : acknowledged, write);
            if (status != OperationStatus.Ok)
            {
                await context.PaceAsync(cancellationToken);
            }

            if (write >= KeysPerClient)
            {
                await WaitForBurstAsync(cancellationToken);
            }
        }
    }

    private static async Task WaitForBurstAsync(CancellationToken cancellationToken)
    {
        var into = TimeSpan.FromTicks(WorkloadContext.Now / 100 % Period.Ticks);
        if (into >= Burst)
        {
            await Task.Delay(Period - into, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
