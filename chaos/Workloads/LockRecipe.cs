using System.Globalization;
using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>
/// etcd's recipe for locks (its client's concurrency package), by its own calls: a key with the lease under the lock's name; it
/// is held by the key that was created first, and each waits for the one before its own.
/// </summary>
internal static class LockRecipe
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(60);

    /// <summary>The key that a lease's holder has; the lock service uses the same.</summary>
    public static string Key(string name, long lease) => string.Create(CultureInfo.InvariantCulture, $"{name}/{lease:x}");

    /// <summary>Stands in line and waits.</summary>
    /// <returns>The fencing token, or null where it was not acquired in time, or it isn't known.</returns>
    public static async Task<long?> AcquireAsync(MemberClient client, string name, long lease, TimeSpan limit)
    {
        string key = Key(name, lease);
        var enter = new TxnRequest
        {
            Compare = { new Compare { Key = MemberClient.Bytes(key), Target = Compare.Types.CompareTarget.Create, Result = Compare.Types.CompareResult.Equal, CreateRevision = 0 } },
            Success =
            {
                new RequestOp { RequestPut = new PutRequest { Key = MemberClient.Bytes(key), Lease = lease } },
                new RequestOp { RequestRange = First(name) },
            },
        };
        (OperationStatus status, TxnResponse? entered) = await client.TxnAsync(enter);
        if (status != OperationStatus.Ok || !entered!.Succeeded)
        {
            return null;
        }

        long token = entered.Header.Revision;
        if (entered.Responses[1].ResponseRange.Kvs is [var owner, ..] && owner.CreateRevision == token)
        {
            return token;
        }

        long end = WorkloadContext.Now + (long)limit.TotalNanoseconds;
        while (WorkloadContext.Now < end)
        {
            RangeRequest before = First(name);
            before.MaxCreateRevision = token - 1;
            (_, RangeResponse? ahead) = await client.ReadAsync(before);
            if (ahead is { Kvs.Count: 0 })
            {
                return await TokenAsync(client, key) == token ? token : null;
            }

            await Task.Delay(BetweenLooks);
        }

        return null;
    }

    /// <summary>The revision that created a key; null where it isn't there, or nothing was answered.</summary>
    public static async Task<long?> TokenAsync(MemberClient client, string key) =>
        (await client.GetAsync(key)).Response is { Kvs: [var own] } ? own.CreateRevision : null;

    private static RangeRequest First(string name) => new()
    {
        Key = MemberClient.Bytes(name + "/"),
        RangeEnd = MemberClient.After(name + "/"),
        SortTarget = RangeRequest.Types.SortTarget.Create,
        SortOrder = RangeRequest.Types.SortOrder.Ascend,
        Limit = 1,
    };
}
