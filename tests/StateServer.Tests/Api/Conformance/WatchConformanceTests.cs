using Grpc.Core;
using StateServer.StateServer.Tests.Api.Hosting;
using static StateServer.StateServer.Tests.Api.Conformance.Requests;
using static StateServer.StateServer.Tests.Api.Hosting.WatchCall;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api.Conformance;

/// <summary>The same watches on a real etcd and on ours, from the empty keyspace on: every response must be equal but for the names of cluster and member, and the term.</summary>
public sealed class WatchConformanceTests
{
    [Fact]
    public async Task Watches_are_answered_as_etcd_answers_them()
    {
        Assert.SkipUnless(EtcdProcess.IsInstalled, "etcd is not installed: install Debian's etcd-server to compare with it");
        await using var etcd = await EtcdProcess.StartAsync();
        await using var ours = await ApiHost.StartAsync();
        var expected = await PlayAsync(etcd.Channel);
        var actual = await PlayAsync(ours.Channel);
        Assert.Equal(expected, actual);
    }

    private static async Task<List<string>> PlayAsync(ChannelBase channel)
    {
        var seen = new List<string>();
        var kv = new Wire.KV.KVClient(channel);
        using var call = new WatchCall(channel);
        await PlayPastAndPresentAsync(kv, call, seen);
        await PlayIdsAsync(kv, call, seen);
        await PlayFiltersAsync(kv, call, seen);
        await PlayFragmentsAsync(kv, call, seen);
        await PlayCompactionAsync(kv, call, seen);
        return seen;
    }

    private static async Task PlayPastAndPresentAsync(Wire.KV.KVClient kv, WatchCall call, List<string> seen)
    {
        await kv.PutAsync(Put("a", "1"));
        await kv.PutAsync(Put("b", "1"));
        await kv.DeleteRangeAsync(Delete("a"));
        await kv.TxnAsync(Txn(success: [Op(Put("a", "2")), Op(Put("c", "1")), Op(Delete("b"))]));
        await call.SendAsync(Of("a", "z", start: 2));
        await SeeAsync(call, seen, 2);
        await call.SendAsync(Of("a"));
        await SeeAsync(call, seen, 1);
        await call.SendAsync(Of("a", start: 100));
        await SeeAsync(call, seen, 1);
        await kv.PutAsync(Put("c", "2"));
        await SeeAsync(call, seen, 1);
        await kv.TxnAsync(Txn(success: [Op(Put("d")), Op(Delete("c")), Op(Put("e", ""))]));
        await SeeAsync(call, seen, 1);
        await kv.PutAsync(Put("z"));
        await call.CancelAsync(0);
        await SeeAsync(call, seen, 1);
        await call.CancelAsync(2);
        await SeeAsync(call, seen, 1);
    }

    private static async Task PlayIdsAsync(Wire.KV.KVClient kv, WatchCall call, List<string> seen)
    {
        foreach (var (key, end, id) in ((string, string, long)[])
            [("x", "", 7), ("x", "", 7), ("x", "", 0), ("x", "", 3), ("x", "", 0), ("", "", 0), ("y", "x", 0), ("x", "x", 0), ("x", "\0", 0), ("x", "", -5)])
        {
            var request = Of(key, end);
            request.WatchId = id;
            await call.SendAsync(request);
            await SeeAsync(call, seen, 1);
        }

        await call.CancelAsync(99);
        await kv.PutAsync(Put("x"));
        await SeeAllAsync(call, seen, 5);
        await kv.PutAsync(Put("\0"));
        await SeeAsync(call, seen, 1);
        foreach (var id in (long[])[7, 3, 4, 5, 6, 8, 9, -5])
        {
            await call.CancelAsync(id);
        }

        await call.AskProgressAsync();
        var last = "";
        while (!last.Contains("-1", StringComparison.Ordinal))
        {
            last = Masked(await call.NextAsync());
            seen.Add(last);
        }
    }

    private static async Task PlayFiltersAsync(Wire.KV.KVClient kv, WatchCall call, List<string> seen)
    {
        foreach (var filters in (Wire.WatchCreateRequest.Types.FilterType[][])
            [
                [Wire.WatchCreateRequest.Types.FilterType.Noput], [Wire.WatchCreateRequest.Types.FilterType.Nodelete],
                [Wire.WatchCreateRequest.Types.FilterType.Noput, Wire.WatchCreateRequest.Types.FilterType.Nodelete],
            ])
        {
            var request = Of("f", "g");
            request.Filters.AddRange(filters);
            request.PrevKv = true;
            await call.SendAsync(request);
            await SeeAsync(call, seen, 1);
        }

        await kv.PutAsync(Put("f1", "1"));
        await SeeAsync(call, seen, 1);
        await kv.PutAsync(Put("f1", "2"));
        await SeeAsync(call, seen, 1);
        await kv.TxnAsync(Txn(success: [Op(Put("f2")), Op(Delete("f1"))]));
        await SeeAllAsync(call, seen, 2);
        await kv.DeleteRangeAsync(Delete("f", "g"));
        await SeeAsync(call, seen, 1);
    }

    private static async Task PlayFragmentsAsync(Wire.KV.KVClient kv, WatchCall call, List<string> seen)
    {
        for (var i = 0; i < 4; i++)
        {
            await kv.PutAsync(Put($"h{i}", new string((char)('0' + i), 1 << 20)));
        }

        var request = Of("h", "i");
        request.Fragment = true;
        request.PrevKv = true;
        await call.SendAsync(request);
        await SeeAsync(call, seen, 1);
        await kv.DeleteRangeAsync(Delete("h", "i"));
        await SeeAsync(call, seen, 4);
    }

    private static async Task PlayCompactionAsync(Wire.KV.KVClient kv, WatchCall call, List<string> seen)
    {
        await call.SendAsync(Of("k", "l"));
        await SeeAsync(call, seen, 1);
        for (var i = 0; i < 5; i++)
        {
            await kv.PutAsync(Put("k", $"{i}"));
            await SeeAsync(call, seen, 1);
        }

        var revision = (await kv.RangeAsync(Range("k"))).Header.Revision;
        await kv.CompactAsync(Compact(revision - 1, physical: true));
        foreach (var start in (long[])[1, revision - 2, revision - 1, revision, revision + 1])
        {
            await call.SendAsync(Of("k", start: start));
            await SeeAsync(call, seen, start <= revision ? 2 : 1);
        }

        await kv.PutAsync(Put("k", "last"));
        await SeeAllAsync(call, seen, 4);
    }

    private static async Task SeeAsync(WatchCall call, List<string> seen, int count)
    {
        for (var i = 0; i < count; i++)
        {
            seen.Add(Masked(await call.NextAsync()));
        }
    }

    /// <summary>Responses to several watches, whose order among each other is open.</summary>
    private static async Task SeeAllAsync(WatchCall call, List<string> seen, int count)
    {
        var some = new List<string>();
        await SeeAsync(call, some, count);
        some.Sort(StringComparer.Ordinal);
        seen.AddRange(some);
    }

    private static string Masked(Wire.WatchResponse response)
    {
        response.Header.ClusterId = response.Header.MemberId = response.Header.RaftTerm = 0;
        return $"{response}";
    }
}
