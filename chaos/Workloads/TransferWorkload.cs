using System.Globalization;
using StateServer.Chaos.Checkers;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// Moves money between accounts, each move one transaction on the mod revisions it read. Read-only transactions over all
/// accounts must always see the same sum, and no account below zero.
/// </summary>
internal sealed class TransferWorkload : IWorkload
{
    private const int Accounts = 6;
    private const int Opening = 100;

    private readonly TransferChecker _checker = new(Accounts, Opening);

    public string Name => "transactions";

    public string Description => "transfers over several keys; the sum holds in every read-only transaction, no lost update, no write skew";

    public async Task RunAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        await OpenAsync(context, cancellationToken);
        await Task.WhenAll(Enumerable.Range(0, context.Clients).Select(process => ClientAsync(context, process, cancellationToken)));
    }

    public async Task<IReadOnlyList<Verdict>> JudgeAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        // In one transaction: a transfer of unknown outcome may still come between two reads.
        TxnRequest read = AuditRequest();
        read.Success.Add(MemberClient.RangeOfPrefix("transfer/journal/"));
        (_, TxnResponse? response) = await client.TxnAsync(read);
        if (response is null)
        {
            throw new FinalReadFailedException($"the final read of the accounts failed: {client.LastFailure}");
        }

        return
        [
            _checker.Check(
                [.. response.Responses[Accounts].ResponseRange.Kvs.Select(Transfer)],
                Audit(response)),
        ];
    }

    private static (string Key, long Version, int From, int To, int Sum) Transfer(KeyValue entry)
    {
        int[] move = [.. entry.Value.ToStringUtf8().Split(' ').Select(w => int.Parse(w, CultureInfo.InvariantCulture))];
        return (entry.Key.ToStringUtf8(), entry.Version, move[0], move[1], move[2]);
    }

    private static string Account(int number) => $"transfer/account/{number}";

    /// <summary>Only where the account isn't there: an opening of unknown outcome may come late, after transfers.</summary>
    private static TxnRequest OpeningOf(int account) => new()
    {
        Compare = { MemberClient.ModRevisionIs(Account(account), 0) },
        Success = { MemberClient.Put(Account(account), Opening.ToString(CultureInfo.InvariantCulture)) },
    };

    private static async Task OpenAsync(WorkloadContext context, CancellationToken cancellationToken)
    {
        using var client = new MemberClient(context, 0);
        for (int account = 0; account < Accounts; account++)
        {
            while (!cancellationToken.IsCancellationRequested
                && (await client.TxnAsync(OpeningOf(account))).Status != OperationStatus.Ok)
            {
                await context.PaceAsync(cancellationToken);
            }
        }
    }

    private async Task ClientAsync(WorkloadContext context, int process, CancellationToken cancellationToken)
    {
        var random = new Random(HashCode.Combine(context.Seed, process, 11));
        using var client = new MemberClient(context, process);
        for (int sequence = 0; !cancellationToken.IsCancellationRequested; sequence++)
        {
            if (random.Next(4) == 0)
            {
                await AuditAsync(client);
            }
            else
            {
                await MoveAsync(client, random, $"transfer/journal/{process}/{sequence}");
            }

            await context.PaceAsync(cancellationToken);
        }
    }

    /// <summary>Moves a random sum, if the source as read can bear it; both accounts must still be as they were read.</summary>
    private async Task MoveAsync(MemberClient client, Random random, string journal)
    {
        int from = random.Next(Accounts);
        int to = (from + 1 + random.Next(Accounts - 1)) % Accounts;
        (_, TxnResponse? read) = await client.TxnAsync(new TxnRequest { Success = { MemberClient.Range(Account(from)), MemberClient.Range(Account(to)) } });
        if (read is null)
        {
            return;
        }

        KeyValue? source = read.Responses[0].ResponseRange.Kvs.FirstOrDefault();
        KeyValue? target = read.Responses[1].ResponseRange.Kvs.FirstOrDefault();
        if (source is null || target is null)
        {
            _checker.Complain($"account {(source is null ? from : to)} is gone at revision {read.Header.Revision}");
            return;
        }

        int balance = Number(source);
        int sum = random.Next(1, 50);
        if (balance < sum)
        {
            return;
        }

        (OperationStatus status, TxnResponse? response) = await client.TxnAsync(new TxnRequest
        {
            Compare = { MemberClient.ModRevisionIs(Account(from), source.ModRevision), MemberClient.ModRevisionIs(Account(to), target.ModRevision) },
            Success =
            {
                MemberClient.Put(Account(from), $"{balance - sum}"),
                MemberClient.Put(Account(to), $"{Number(target) + sum}"),
                MemberClient.Put(journal, $"{from} {to} {sum}"),
            },
        });
        if (status == OperationStatus.Ok && response!.Succeeded)
        {
            _checker.Acknowledge(journal);
        }
    }

    private static TxnRequest AuditRequest()
    {
        var request = new TxnRequest();
        request.Success.AddRange(Enumerable.Range(0, Accounts).Select(a => MemberClient.Range(Account(a))));
        return request;
    }

    private async Task AuditAsync(MemberClient client)
    {
        (_, TxnResponse? response) = await client.TxnAsync(AuditRequest());
        if (response is not null)
        {
            Audit(response);
        }
    }

    private int[] Audit(TxnResponse response)
    {
        int[] balances = [.. response.Responses.Take(Accounts).Select(r => Number(r.ResponseRange.Kvs.FirstOrDefault()))];
        _checker.Audit(response.Header.Revision, balances);
        return balances;
    }

    private static int Number(KeyValue? kv) =>
        kv is null ? 0 : int.Parse(kv.Value.ToStringUtf8(), CultureInfo.InvariantCulture);
}
