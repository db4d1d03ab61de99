using Google.Protobuf;
using static StateServer.StateServer.Tests.Api.Conformance.Requests;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api.Conformance;

/// <summary>Our KV service answers every request of these tables as a real etcd does.</summary>
public sealed class KvConformanceTests(Twins twins) : IClassFixture<Twins>
{
    private static readonly string[] Keys = ["a", "a/1", "a/2", "ab", "b", "c"];

    [Fact]
    public async Task Ranges_of_every_kind()
    {
        await FillAsync();
        foreach (var (key, end) in ((string, string)[])
            [("a", ""), ("a", "b"), ("a/", "a0"), ("\0", "\0"), ("b", "\0"), ("z", ""), ("b", "a"), ("a", "a"), ("a", "a\0"), ("x", "\0")])
        {
            await twins.AgreeAsync(Range(key, end));
            await twins.AgreeAsync(With(Range(key, end), r => r.KeysOnly = true));
            await twins.AgreeAsync(With(Range(key, end), r => r.CountOnly = true));
            await twins.AgreeAsync(With(Range(key, end), r => r.Serializable = true));
            foreach (var limit in (long[])[1, 2, 5, 6, 7, -1])
            {
                await twins.AgreeAsync(With(Range(key, end), r => r.Limit = limit));
            }
        }
    }

    [Fact]
    public async Task Every_sort_order_and_target_with_and_without_a_limit()
    {
        await FillAsync();
        foreach (var order in Enum.GetValues<Wire.RangeRequest.Types.SortOrder>())
        {
            foreach (var target in Enum.GetValues<Wire.RangeRequest.Types.SortTarget>())
            {
                foreach (var limit in (long[])[0, 3])
                {
                    await twins.AgreeAsync(With(Range("\0", "\0"), r =>
                    {
                        (r.SortOrder, r.SortTarget, r.Limit) = (order, target, limit);
                    }));
                }
            }
        }

    }

    [Fact]
    public async Task Every_revision_and_every_bound_on_revisions()
    {
        var now = await FillAsync();
        foreach (var target in Enum.GetValues<Wire.RangeRequest.Types.SortTarget>())
        {
            await twins.AgreeAsync(With(Range("\0", "\0"), r => (r.MinModRevision, r.SortTarget, r.Limit) = (now - 8, target, 1)));
        }

        for (var revision = now - 12; revision <= now + 2; revision++)
        {
            await twins.AgreeAsync(With(Range("\0", "\0"), r => r.Revision = revision));
            await twins.AgreeAsync(With(Range("\0", "\0"), r => r.MinModRevision = revision));
            await twins.AgreeAsync(With(Range("\0", "\0"), r => r.MaxModRevision = revision));
            await twins.AgreeAsync(With(Range("\0", "\0"), r => r.MinCreateRevision = revision));
            await twins.AgreeAsync(With(Range("\0", "\0"), r => r.MaxCreateRevision = revision));
            await twins.AgreeAsync(With(Range("\0", "\0"), r => (r.MaxCreateRevision, r.Limit) = (revision, 2)));
            await twins.AgreeAsync(With(Range("\0", "\0"), r => (r.MinModRevision, r.CountOnly) = (revision, true)));
        }

        await twins.AgreeAsync(With(Range("\0", "\0"), r => r.Revision = -5));
    }

    [Fact]
    public async Task Puts()
    {
        await FillAsync();
        await twins.AgreeAsync(Put(""));
        await twins.AgreeAsync(Put("new", ""));
        await twins.AgreeAsync(With(Put("new", "2"), p => p.PrevKv = true));
        await twins.AgreeAsync(With(Put("never", "2"), p => p.PrevKv = true));
        await twins.AgreeAsync(With(Put("new", ""), p => p.IgnoreValue = true));
        await twins.AgreeAsync(With(Put("new", ""), p => (p.IgnoreValue, p.PrevKv) = (true, true)));
        await twins.AgreeAsync(With(Put("new", "x"), p => p.IgnoreValue = true));
        await twins.AgreeAsync(With(Put("absent", ""), p => p.IgnoreValue = true));
        await twins.AgreeAsync(With(Put("new", "3"), p => p.IgnoreLease = true));
        await twins.AgreeAsync(With(Put("new", "3"), p => (p.IgnoreLease, p.Lease) = (true, 5)));
        await twins.AgreeAsync(With(Put("absent", "3"), p => p.IgnoreLease = true));
        await twins.AgreeAsync(With(Put("new", "3"), p => p.Lease = 5));
        await twins.AgreeAsync(With(Put("new", "3"), p => p.Lease = -5));
        await twins.AgreeAsync(With(Put("", "x"), p => (p.IgnoreValue, p.IgnoreLease, p.Lease) = (true, true, 5)));
        await twins.AgreeAsync(With(Put("new", "x"), p => (p.IgnoreValue, p.IgnoreLease, p.Lease) = (true, true, 5)));
        await twins.AgreeAsync(With(Put("absent", ""), p => (p.IgnoreValue, p.Lease) = (true, 5)));
        await twins.AgreeAsync(new Wire.PutRequest { Key = ByteString.CopyFrom(0, 255, 128), Value = ByteString.CopyFrom(255, 0) });
        await twins.AgreeAsync(Range("\0", "\0"));
    }

    [Fact]
    public async Task Deletes()
    {
        foreach (var (key, end) in ((string, string)[])[("a", ""), ("a/", "a0"), ("b", "a"), ("b", "\0"), ("\0", "\0"), ("", ""), ("", "\0"), ("gone", "")])
        {
            await FillAsync();
            await twins.AgreeAsync(Delete(key, end));
            await twins.AgreeAsync(Range("\0", "\0"));
            await twins.AgreeAsync(With(Delete(key, end), d => d.PrevKv = true));
            await FillAsync();
            await twins.AgreeAsync(With(Delete(key, end), d => d.PrevKv = true));
            await twins.AgreeAsync(Put("a"));
            await twins.AgreeAsync(Range("a"));
        }
    }

    [Fact]
    public async Task Every_compare_on_present_absent_and_many_keys()
    {
        var now = await FillAsync();
        foreach (var target in Enum.GetValues<Wire.Compare.Types.CompareTarget>())
        {
            foreach (var result in Enum.GetValues<Wire.Compare.Types.CompareResult>())
            {
                foreach (var number in (long[])[-1, 0, 1, 2, now - 1, now, now + 1])
                {
                    foreach (var (key, end) in ((string, string)[])[("a", ""), ("absent", ""), ("a", "b"), ("x", "y"), ("a", "\0")])
                    {
                        var compare = Compare(key, target, result, number, end);
                        await twins.AgreeAsync(Txn([compare], [Op(Range("a"))], [Op(Range("b"))]));
                    }
                }
            }
        }

        await twins.AgreeAsync(Txn([Compare("a", Wire.Compare.Types.CompareTarget.Mod, 0, 1), Compare("a", 0, 0, 1)], [Op(Put("x"))]));
        await twins.AgreeAsync(Txn([Compare("", 0, 0, 1)]));
        await twins.AgreeAsync(Txn([new Wire.Compare { Key = Bytes("a"), Version = 1, Target = Wire.Compare.Types.CompareTarget.Mod }]));
        await twins.AgreeAsync(Txn([new Wire.Compare { Key = Bytes("a"), Target = Wire.Compare.Types.CompareTarget.Value }]));
    }

    [Fact]
    public async Task Transactions_that_read_and_write()
    {
        await FillAsync();
        await twins.AgreeAsync(Txn());
        await twins.AgreeAsync(Txn(success: [Op(Range("a"))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("t1")), Op(Range("t1")), Op(Put("t2")), Op(Delete("a")), Op(Range("\0", "\0"))]));
        await twins.AgreeAsync(Txn(success: [Op(Delete("absent")), Op(Range("\0", "\0"))]));
        await twins.AgreeAsync(Txn(success: [Op(With(Put("t1", "2"), p => p.PrevKv = true)), Op(With(Delete("t2"), d => d.PrevKv = true))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("t3")), Op(With(Range("t3"), r => r.Revision = 2))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("t4")), Op(With(Range("t4"), r => r.Revision = 1_000_000))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("t4")), Op(With(Put("t5"), p => p.Lease = 9))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("t4")), Op(With(Put("t5", ""), p => p.IgnoreValue = true))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("t6")), Op(With(Put("t7", ""), p => p.IgnoreValue = true))]));
        await twins.AgreeAsync(Txn(success: [Op(Delete("b")), Op(Delete("b"))]));
        await twins.AgreeAsync(Txn(success: [Op(Delete("a", "b")), Op(Delete("a/", "a0"))]));
        await twins.AgreeAsync(Range("\0", "\0"));
    }

    [Fact]
    public async Task Nested_transactions()
    {
        await FillAsync();
        var one = Compare("a", 0, 0, 1_000);
        await twins.AgreeAsync(Txn(success: [Op(Txn())]));
        await twins.AgreeAsync(Txn(success: [Op(Txn(success: [Op(Range("a"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn([one], [Op(Put("n1"))], [Op(Put("n2")), Op(Range("n2"))])), Op(Put("n3"))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn([one], [Op(Put("n1"))], [Op(Put("n1", "2"))])), Op(Delete("n2"))]));

        // The nested condition is looked at before the outer transaction has written anything.
        await twins.AgreeAsync(Txn(success: [Op(Put("n4", "v7")), Op(Txn([Compare("n4", (Wire.Compare.Types.CompareTarget)3, 0, 7)], [Op(Put("n5"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn(success: [Op(Txn(success: [Op(Txn(success: [Op(Put("n6")), Op(Range("n6"))]))]))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn(success: [Op(Put("n7")), Op(With(Range("a"), r => r.Revision = 1_000_000))]))]));
        await twins.AgreeAsync(Range("\0", "\0"));
    }

    [Fact]
    public async Task Keys_written_twice_in_one_transaction()
    {
        await FillAsync();
        await twins.AgreeAsync(Txn(success: [Op(Put("d")), Op(Put("d"))]));
        await twins.AgreeAsync(Txn(failure: [Op(Put("d")), Op(Put("d"))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("d"))], failure: [Op(Put("d"))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("d")), Op(Delete("d"))]));
        await twins.AgreeAsync(Txn(success: [Op(Delete("c", "e")), Op(Put("d"))]));
        await twins.AgreeAsync(Txn(success: [Op(Delete("c", "d")), Op(Put("d"))]));
        await twins.AgreeAsync(Txn(success: [Op(Delete("e", "c")), Op(Put("d"))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("d")), Op(Txn(success: [Op(Put("d"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn(success: [Op(Put("d"))])), Op(Txn(success: [Op(Put("d"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn(success: [Op(Put("d"))], failure: [Op(Put("d"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn(success: [Op(Put("d"))])), Op(Txn(failure: [Op(Put("d"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Delete("d")), Op(Txn(success: [Op(Put("d"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("d")), Op(Txn(failure: [Op(Delete("d"))]))]));
        await twins.AgreeAsync(Txn(success: [Op(Txn(success: [Op(Delete("d"))])), Op(Txn(success: [Op(Put("d"))]))]));
        await twins.AgreeAsync(Range("\0", "\0"));
    }

    /// <summary>etcd's check lets these through, against its own rule; ours does not.</summary>
    [Fact]
    public async Task Keys_written_twice_that_only_we_refuse()
    {
        const string refused = "InvalidArgument: etcdserver: duplicate key given in txn request";
        await FillAsync();
        await twins.OursAnswersAsync(refused, Txn(success: [Op(Delete("c", "\0")), Op(Put("d"))]));
        await twins.OursAnswersAsync(refused, Txn(success: [Op(Txn(success: [Op(Put("d"))])), Op(Txn(success: [Op(Delete("d"))]))]));
    }

    /// <summary>etcd 3.4 takes these; later ones refuse them as we do.</summary>
    [Fact]
    public async Task Sort_options_that_mean_nothing()
    {
        const string refused = "InvalidArgument: etcdserver: invalid sort option";
        await FillAsync();
        await twins.OursAnswersAsync(refused, With(Range("a"), r => r.SortOrder = (Wire.RangeRequest.Types.SortOrder)3));
        await twins.OursAnswersAsync(refused, With(Range("a"), r => r.SortTarget = (Wire.RangeRequest.Types.SortTarget)5));
        await twins.OursAnswersAsync(refused, With(Range("a"), r => r.SortTarget = (Wire.RangeRequest.Types.SortTarget)(-1)));
        await twins.OursAnswersAsync(refused, Txn(success: [Op(With(Range("a"), r => r.SortOrder = (Wire.RangeRequest.Types.SortOrder)9))]));
    }

    [Fact]
    public async Task Transactions_with_faults()
    {
        await FillAsync();
        await twins.AgreeAsync(Txn(success: [Op(Put(""))]));
        await twins.AgreeAsync(Txn(success: [Op(Range(""))]));
        await twins.AgreeAsync(Txn(failure: [Op(Delete(""))]));
        await twins.AgreeAsync(Txn(success: [new Wire.RequestOp()]));
        await twins.AgreeAsync(Txn(success: [Op(With(Put("a"), p => p.IgnoreValue = true))]));
        await twins.AgreeAsync(Txn(success: [Op(With(Put("a"), p => (p.IgnoreLease, p.Lease) = (true, 1)))]));
        await twins.AgreeAsync(Txn(success: [Op(With(Range("a"), r => r.Revision = -1))]));
        await twins.AgreeAsync(Txn(success: [Op(Put("x")), Op(With(Range("a"), r => r.Revision = -1))]));
        await twins.AgreeAsync(Txn(success: [Op(With(Range("a"), r => r.Revision = 1_000_000))]));
        foreach (var count in (int[])[127, 128, 129])
        {
            await twins.AgreeAsync(Txn(success: [.. Enumerable.Range(0, count).Select(i => Op(Put($"m{i:d3}")))]));
            await twins.AgreeAsync(Txn([.. Enumerable.Range(0, count).Select(i => Compare($"m{i:d3}", 0, 0, 1))]));
            await twins.AgreeAsync(Txn(success: [Op(Txn(success: [.. Enumerable.Range(0, count).Select(i => Op(Range($"m{i:d3}")))]))]));
        }

        await twins.AgreeAsync(Delete("m", "n"));
    }

    [Fact]
    public async Task Compactions()
    {
        var now = await FillAsync();
        await twins.AgreeAsync(Compact(now + 1));
        await twins.AgreeAsync(Compact(now - 4));
        await twins.AgreeAsync(Compact(now - 4));
        await twins.AgreeAsync(Compact(now - 5));
        await twins.AgreeAsync(Compact(0));
        await twins.AgreeAsync(Compact(-1));
        for (var revision = now - 6; revision <= now; revision++)
        {
            await twins.AgreeAsync(With(Range("\0", "\0"), r => r.Revision = revision));
            await twins.AgreeAsync(Txn(success: [Op(With(Range("\0", "\0"), r => r.Revision = revision))]));
            await twins.AgreeAsync(Txn(success: [Op(Put("x")), Op(With(Range("\0", "\0"), r => r.Revision = revision))]));
        }

        await twins.AgreeAsync(Delete("\0", "\0"));
        now = await twins.AgreeAsync(Range("\0", "\0"));
        await twins.AgreeAsync(Compact(now, physical: true));
        await twins.AgreeAsync(Range("\0", "\0"));
        await twins.AgreeAsync(With(Range("\0", "\0"), r => r.Revision = now));
        await twins.AgreeAsync(With(Range("\0", "\0"), r => r.Revision = now - 1));
        await twins.AgreeAsync(Put("a"));
    }

    [Fact]
    public async Task Requests_as_large_as_etcd_takes_and_larger()
    {
        await twins.AgreeAsync(Put("large", new string('x', 1_500_000)));
        await twins.AgreeAsync(Put("large", new string('x', 1_573_000)));
        await twins.AgreeAsync(With(Range("large"), r => r.KeysOnly = true));
        await twins.AgreeAsync(Range("large"));
        await twins.AgreeAsync(Delete("large"));
    }

    /// <summary>Starts from the same eight writes whatever is there: several versions, a key deleted and made again.</summary>
    private async Task<long> FillAsync()
    {
        await twins.AgreeAsync(Delete("\0", "\0"));
        for (var i = 0; i < Keys.Length; i++)
        {
            await twins.AgreeAsync(Put(Keys[i], $"v{(i * 5) % 7}"));
        }

        await twins.AgreeAsync(Put("a/1", "v1"));
        await twins.AgreeAsync(Put("b", "v1"));
        await twins.AgreeAsync(Put("b", "v9"));
        await twins.AgreeAsync(Delete("ab"));
        return await twins.AgreeAsync(Put("ab", "v2"));
    }

    private static T With<T>(T request, Action<T> change)
    {
        change(request);
        return request;
    }
}
