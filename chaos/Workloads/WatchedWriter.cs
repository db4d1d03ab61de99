using StateServer.Chaos.Histories;
using StateServer.Protos.Etcd;

namespace StateServer.Chaos.Workloads;

/// <summary>Puts, deletes and transacts over a few keys in two groups, each write with a value of its own, and tells how each ended. Used by one task.</summary>
internal sealed class WatchedWriter(MemberClient client, Random random, int process)
{
    public const string Prefix = "watch/";

    private const int KeysInGroup = 6;

    /// <summary>Of a hundred writes; the rest are transactions.</summary>
    private const int Puts = 50;

    private const int Deletes = 12;
    private const int GroupDeletes = 5;

    /// <summary>One transaction in so many of the first writer has large values, so that answers are long: some 1 MiB, below the limit of a request.</summary>
    private const int LargeEvery = 40;

    private const int LargeBytes = 200_000;
    private const int LargeKeys = 5;

    private int _transactions;

    public static string Group(int number) => $"{Prefix}{(char)('a' + number)}/";

    public static string Key(int group, int number) => $"{Group(group)}{number}";

    public Task<TrackedWrite> WriteAsync(int sequence)
    {
        string value = $"{process}.{sequence}";
        return random.Next(100) switch
        {
            < Puts => PutAsync(AnyKey(), value),
            < Puts + Deletes => DeleteAsync(AnyKey()),
            < Puts + Deletes + GroupDeletes => DeleteAsync(Group(random.Next(2))),
            _ => TransactAsync(value),
        };
    }

    private string AnyKey() => Key(random.Next(2), random.Next(KeysInGroup));

    private async Task<TrackedWrite> PutAsync(string key, string value)
    {
        (OperationStatus status, PutResponse? response) = await client.PutAsync(key, value);
        return new TrackedWrite(status, response?.Header.Revision ?? 0, new Dictionary<string, string> { [key] = value }, []);
    }

    /// <summary>Deletes a key, or a whole group where it is named.</summary>
    private async Task<TrackedWrite> DeleteAsync(string key)
    {
        bool isGroup = key.EndsWith('/');
        var request = new DeleteRangeRequest { Key = MemberClient.Bytes(key), PrevKv = true };
        if (isGroup)
        {
            request.RangeEnd = MemberClient.After(key);
        }

        (OperationStatus status, DeleteRangeResponse? response) = await client.CallAsync((kv, options) => kv.DeleteRangeAsync(request, options));
        IReadOnlyCollection<string> deleted = response is not null ? Deleted(response)
            : isGroup ? [.. Enumerable.Range(0, KeysInGroup).Select(n => $"{key}{n}")]
            : [key];
        return new TrackedWrite(status, response?.Header.Revision ?? 0, new Dictionary<string, string>(), deleted);
    }

    /// <summary>Puts two to five keys, and deletes another, at one revision.</summary>
    private async Task<TrackedWrite> TransactAsync(string value)
    {
        bool isLarge = process == 0 && ++_transactions % LargeEvery == 1;
        string[] keys = [.. Enumerable.Range(0, 2 * KeysInGroup).Select(n => Key(n / KeysInGroup, n % KeysInGroup))];
        random.Shuffle(keys);
        string written = isLarge ? (value + " ").PadRight(LargeBytes, '.') : value;
        int count = isLarge ? LargeKeys : random.Next(2, LargeKeys);
        var request = new TxnRequest();
        request.Success.AddRange(keys.Take(count).Select(k => MemberClient.Put(k, written)));
        request.Success.Insert(random.Next(count), MemberClient.Delete(keys[count]));
        (OperationStatus status, TxnResponse? response) = await client.TxnAsync(request);
        string text = WatchReading.Text(MemberClient.Bytes(written));
        return new TrackedWrite(
            status,
            response?.Header.Revision ?? 0,
            keys.Take(count).ToDictionary(k => k, _ => text),
            response is null ? [keys[count]] : Deleted(response.Responses.First(r => r.ResponseDeleteRange is not null).ResponseDeleteRange));
    }

    private static IReadOnlyCollection<string> Deleted(DeleteRangeResponse response) => [.. response.PrevKvs.Select(kv => kv.Key.ToStringUtf8())];
}
