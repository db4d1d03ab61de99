using System.Collections.Concurrent;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>Reads, writes, deletes and compare-and-swaps of unique values over a few registers that change as time goes on.</summary>
internal sealed class RegisterWorkload : IWorkload
{
    private const int KeysAtOnce = 5;

    /// <summary>A register is left for a new one after so long: the search for an order grows with a register's history.</summary>
    private static readonly TimeSpan Epoch = TimeSpan.FromSeconds(8);

    /// <summary>
    /// Half of the reads give up so soon that there are always some which a member that was stopped for long finds when it goes
    /// on, and which began while others led already.
    /// </summary>
    private static readonly TimeSpan Impatience = TimeSpan.FromMilliseconds(250);

    /// <summary>One client of so many only reads, and does so impatiently: the others are soon all held up by a write.</summary>
    private const int ClientsToOneReader = 4;

    /// <summary>Of a hundred operations.</summary>
    private const int PatientReads = 20;

    private static readonly TimeSpan CheckLimit = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<Operation> _history = new();

    public string Name => "register";

    public string Description => "reads, writes, deletes and compare-and-swaps over several keys through all members; linearizability";

    public Task RunAsync(WorkloadContext context, CancellationToken cancellationToken) =>
        Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        // A register that its epoch left behind is read once more: what was acknowledged to it must still be there.
        string? unread = await ReadAllAsync(context);
        HistoryFile.Write(Path.Combine(context.OutputFolder, "register.jsonl"), _history);
        return unread is null
            ? [LinearizabilityChecker.Check(_history, CheckLimit)]
            : throw new FinalReadFailedException($"the final read of {unread} failed");
    }

    private async Task<string?> ReadAllAsync(WorkloadContext context)
    {
        using var client = new MemberClient(context, 0);
        string? unread = null;
        foreach (string key in _history.Select(o => o.Key).Distinct().Order(StringComparer.Ordinal).ToArray())
        {
            var read = new Operation
            {
                Process = context.Clients,
                Kind = OperationKind.Read,
                Key = key,
                Call = WorkloadContext.Now,
                Return = 0,
                Status = OperationStatus.Ok,
            };
            read = (await ReadAsync(client, read)) with { Return = WorkloadContext.Now };
            client.MoveOn();
            _history.Enqueue(read);
            unread ??= read.Status == OperationStatus.Ok ? null : key;
        }

        return unread;
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(context.Seed, process));
        using var client = new MemberClient(context, process);
        long started = WorkloadContext.Now;
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            long epoch = (WorkloadContext.Now - started) / (long)Epoch.TotalNanoseconds;
            string key = $"register/{epoch}/{random.Next(KeysAtOnce)}";
            _history.Enqueue(await OneAsync(client, random, process, sequence, key));
            if (process % ClientsToOneReader == 0)
            {
                // A reader goes from member to member, so that it is not held up for long by one that can't write.
                client.MoveOn();
            }

            await context.PaceAsync(cancellationToken);
        }
    }

    private static async Task<Operation> OneAsync(MemberClient client, Random random, int process, int sequence, string key)
    {
        string value = $"{process}-{sequence}";
        int dice = process % ClientsToOneReader == 0 ? PatientReads : random.Next(100);
        long call = WorkloadContext.Now;
        Operation operation = new()
        {
            Process = process,
            Kind = OperationKind.Read,
            Key = key,
            Call = call,
            Return = 0,
            Status = OperationStatus.Ok,
        };
        operation = dice switch
        {
            < PatientReads => await ReadAsync(client, operation),
            < 40 => await ReadAsync(client, operation, Impatience),
            < 65 => operation with { Kind = OperationKind.Write, Value = value, Status = (await client.PutAsync(key, value)).Status },
            < 95 => await SwapAsync(client, operation, value),
            _ => operation with { Kind = OperationKind.Delete, Status = await DeleteAsync(client, key) },
        };
        return operation with { Return = WorkloadContext.Now };
    }

    private static async Task<Operation> ReadAsync(MemberClient client, Operation operation, TimeSpan? patience = null)
    {
        (OperationStatus status, RangeResponse? response) = await client.GetAsync(operation.Key, patience);
        return operation with { Value = response?.Kvs.FirstOrDefault()?.Value.ToStringUtf8(), Status = status };
    }

    private static async Task<OperationStatus> DeleteAsync(MemberClient client, string key) =>
        (await client.CallAsync((kv, options) => kv.DeleteRangeAsync(new DeleteRangeRequest { Key = MemberClient.Bytes(key) }, options))).Status;

    /// <summary>Expects what a serializable read of the moment before gave: sometimes stale, which is as good.</summary>
    private static async Task<Operation> SwapAsync(MemberClient client, Operation operation, string value)
    {
        (_, RangeResponse? seen) = await client.PeekAsync(operation.Key);
        string? expect = seen?.Kvs.FirstOrDefault()?.Value.ToStringUtf8();
        var compare = new Compare { Key = MemberClient.Bytes(operation.Key), Result = Compare.Types.CompareResult.Equal };
        if (expect is null)
        {
            compare.Target = Compare.Types.CompareTarget.Version;
            compare.Version = 0;
        }
        else
        {
            compare.Target = Compare.Types.CompareTarget.Value;
            compare.Value = MemberClient.Bytes(expect);
        }

        long call = WorkloadContext.Now;
        (OperationStatus status, TxnResponse? response) = await client.TxnAsync(
            new TxnRequest { Compare = { compare }, Success = { MemberClient.Put(operation.Key, value) } });
        return operation with
        {
            Kind = OperationKind.Cas,
            Expect = expect,
            Value = value,
            Swapped = response?.Succeeded,
            Call = call,
            Status = status,
        };
    }
}
