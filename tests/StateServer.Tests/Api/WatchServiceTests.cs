using Grpc.Core;
using StateServer.Clocks;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Status;
using StateServer.StateServer.Tests.Api.Hosting;
using StateServer.Watching;
using static StateServer.StateServer.Tests.Api.Conformance.Requests;
using static StateServer.StateServer.Tests.Api.Hosting.Failures;
using static StateServer.StateServer.Tests.Api.Hosting.WatchCall;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.StateServer.Tests.Api;

/// <summary>The clock stands until a test moves it: what a slow client is given before it is cut off is never over by chance.</summary>
public sealed class WatchServiceTests : IAsyncLifetime
{
    private static readonly TimeSpan OversightPeriod = TimeSpan.FromMilliseconds(250);

    private readonly ObservedTime _time = new();
    private ApiHost _host = null!;
    private Wire.KV.KVClient _kv = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ApiHost.StartAsync(time: _time);
        _kv = new Wire.KV.KVClient(_host.Channel);
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_watch_is_made_told_and_cancelled()
    {
        await _kv.PutAsync(Put("a", "0"));
        using var call = new WatchCall(_host.Channel);
        var created = await call.CreateAsync(Of("a"));
        Assert.Equal(
            new Wire.WatchResponse { Header = Header(2), Created = true },
            created);

        await _kv.PutAsync(Put("a", "1"));
        await _kv.PutAsync(Put("b", "1"));
        await _kv.DeleteRangeAsync(Delete("a"));
        Assert.Equal(Header(3), (await Peeked(call, "put a=1@3")).Header);
        Assert.Equal(Header(5), (await Peeked(call, "delete a@5")).Header);

        await call.CancelAsync(0);
        Assert.Equal(new Wire.WatchResponse { Header = Header(5), Canceled = true }, await call.NextAsync());
        await call.CancelAsync(0);
        await call.AskProgressAsync();
        Assert.Equal(new Wire.WatchResponse { Header = Header(5), WatchId = -1 }, await call.NextAsync());
    }

    [Fact]
    public async Task The_past_is_told_in_order_and_then_what_comes()
    {
        for (var i = 0; i < 5; i++)
        {
            await _kv.PutAsync(Put($"a{i}", $"{i}"));
        }

        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a", "b", start: 3));
        var past = await call.NextAsync();
        Assert.Equal(["put a1=1@3", "put a2=2@4", "put a3=3@5", "put a4=4@6"], past.Events.Select(Text));
        Assert.Equal(Header(6), past.Header);
        await _kv.PutAsync(Put("a0", "n"));
        Assert.Equal(["put a0=n@7"], await call.EventsAsync(1));
    }

    [Fact]
    public async Task A_start_in_the_future_is_waited_for()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a", start: 5));
        await _kv.PutAsync(Put("a", "2"));
        await _kv.PutAsync(Put("a", "3"));
        await call.AskProgressAsync();
        // Its answer tells that the request before it was taken in: one revision later that one would be answered.
        await call.CreateAsync(Of("z"));
        await _kv.PutAsync(Put("a", "4"));
        await _kv.PutAsync(Put("a", "5"));
        Assert.Equal(["put a=5@5"], await call.EventsAsync(1));
        await call.AskProgressAsync();
        Assert.Equal((-1, 5), ((await call.NextAsync()) is var p ? (p.WatchId, p.Header.Revision) : default));
    }

    [Fact]
    public async Task Filters_and_previous_versions_are_as_asked_for()
    {
        await _kv.PutAsync(Put("a", "0"));
        using var call = new WatchCall(_host.Channel);
        var previous = Of("a");
        previous.PrevKv = true;
        var deletes = Of("a");
        deletes.Filters.Add(Wire.WatchCreateRequest.Types.FilterType.Noput);
        deletes.PrevKv = true;
        var puts = Of("a");
        puts.Filters.Add(Wire.WatchCreateRequest.Types.FilterType.Nodelete);
        await call.CreateAsync(previous);
        await call.CreateAsync(deletes);
        await call.CreateAsync(puts);
        await _kv.PutAsync(Put("a", "1"));
        await _kv.DeleteRangeAsync(Delete("a"));
        await _kv.PutAsync(Put("a", "2"));

        var told = new Dictionary<long, List<string>> { [0] = [], [1] = [], [2] = [] };
        while (told.Values.Sum(events => events.Count) < 6)
        {
            var response = await call.NextAsync();
            told[response.WatchId].AddRange(response.Events.Select(Text));
        }

        Assert.Equal(["put a=1@3 was 0@2", "delete a@4 was 1@3", "put a=2@5"], told[0]);
        Assert.Equal(["delete a@4 was 1@3"], told[1]);
        Assert.Equal(["put a=1@3", "put a=2@5"], told[2]);
    }

    [Fact]
    public async Task Ids_are_minted_or_chosen_and_never_shared()
    {
        using var call = new WatchCall(_host.Channel);
        var chosen = Of("a");
        chosen.WatchId = 1;
        Assert.Equal(1, (await call.CreateAsync(chosen)).WatchId);
        Assert.Equal(0, (await call.CreateAsync(Of("a"))).WatchId);
        Assert.Equal(2, (await call.CreateAsync(Of("a"))).WatchId);
        var again = await call.CreateAsync(chosen);
        Assert.Equal(
            new Wire.WatchResponse
            {
                Header = Header(1),
                WatchId = -1,
                Created = true,
                Canceled = true,
                CancelReason = "mvcc: duplicate watch ID provided on the WatchStream",
            },
            again);
        await call.CancelAsync(1);
        Assert.Equal((1, true), (await call.NextAsync()) is var c ? (c.WatchId, c.Canceled) : default);
        Assert.Equal(1, (await call.CreateAsync(chosen)).WatchId);
    }

    [Fact]
    public async Task A_watch_that_means_nothing_is_refused_and_the_others_go_on()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a"));
        var empty = await call.CreateAsync(Of("b", "a"));
        Assert.Equal((-1, true, "mvcc: watcher range is empty"), (empty.WatchId, empty.Canceled, empty.CancelReason));
        var negative = await call.CreateAsync(Of("a", start: -1));
        Assert.Equal(
            (-1, true, "etcdserver: mvcc: required revision has been compacted"), (negative.WatchId, negative.Canceled, negative.CancelReason));
        await _kv.PutAsync(Put("a"));
        Assert.Equal(["put a=v@2"], await call.EventsAsync(1));
    }

    [Fact]
    public async Task Keys_without_a_name_mean_the_first_key_and_ranges_without_an_end_all()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("", "\0"));
        await _kv.PutAsync(Put("anything"));
        Assert.Equal(["put anything=v@2"], await call.EventsAsync(1));
        await call.CreateAsync(Of("b", "\0"));
        await _kv.PutAsync(Put("a"));
        await _kv.PutAsync(Put("z"));
        Assert.Equal(["put a=v@3", "put z=v@4", "put z=v@4"], await call.EventsAsync(3));
    }

    [Fact]
    public async Task A_compacted_start_is_answered_with_the_compacted_revision()
    {
        for (var i = 0; i < 5; i++)
        {
            await _kv.PutAsync(Put("a", $"{i}"));
        }

        await _kv.CompactAsync(Compact(4));
        using var call = new WatchCall(_host.Channel);
        Assert.False((await call.CreateAsync(Of("a", start: 3))).Canceled);
        Assert.Equal(
            new Wire.WatchResponse { Header = Header(0), Canceled = true, CompactRevision = 4 },
            await call.NextAsync());
        await call.CancelAsync(0);
        Assert.Equal(new Wire.WatchResponse { Header = Header(6), Canceled = true }, await call.NextAsync());
        await call.CreateAsync(Of("a", start: 4));
        Assert.Equal(["put a=2@4", "put a=3@5", "put a=4@6"], await call.EventsAsync(3));
    }

    [Fact]
    public async Task A_transaction_is_one_response()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a", "z"));
        await _kv.TxnAsync(Txn(success: [Op(Put("b")), Op(Put("c")), Op(Delete("none")), Op(Put("d"))]));
        Assert.Equal(["put b=v@2", "put c=v@2", "put d=v@2"], (await call.NextAsync()).Events.Select(Text));
        await _kv.DeleteRangeAsync(Delete("a", "z"));
        Assert.Equal(["delete b@3", "delete c@3", "delete d@3"], (await call.NextAsync()).Events.Select(Text));
    }

    [Fact]
    public async Task A_response_over_the_limit_is_sent_in_parts_where_that_was_asked_for()
    {
        await using var host = await ApiHost.StartAsync(new WatchOptions { MaxResponseBytes = 1000 });
        var kv = new Wire.KV.KVClient(host.Channel);
        var value = new string('x', 400);
        await kv.TxnAsync(Txn(success: [.. Enumerable.Range(0, 5).Select(i => Op(Put($"a{i}", value)))]));
        using var call = new WatchCall(host.Channel);
        var parts = Of("a", "b", start: 2);
        parts.Fragment = true;
        await call.CreateAsync(parts);
        foreach (var (events, more) in ((int, bool)[])[(2, true), (2, true), (1, false)])
        {
            var part = await call.NextAsync();
            Assert.Equal((events, more, 2), (part.Events.Count, part.Fragment, part.Header.Revision));
        }

        await call.CreateAsync(Of("a", "b", start: 2));
        var whole = await call.NextAsync();
        Assert.Equal((5, false), (whole.Events.Count, whole.Fragment));
    }

    [Fact]
    public async Task Quiet_watches_are_told_the_revision_now_and_then()
    {
        using var call = new WatchCall(_host.Channel);
        var told = Of("a");
        told.ProgressNotify = true;
        await call.CreateAsync(Of("b"));
        await call.CreateAsync(told);
        await _kv.PutAsync(Put("a"));
        await call.EventsAsync(1);

        // The first time that it is due, an event has just told the revision.
        _time.Advance(TimeSpan.FromMinutes(11));
        await _kv.PutAsync(Put("c"));
        await call.AskProgressAsync();
        Assert.Equal((-1, 3), (await call.NextAsync()) is var asked ? (asked.WatchId, asked.Header.Revision) : default);
        _time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal((1, 3, 0), (await call.NextAsync()) is var due ? (due.WatchId, due.Header.Revision, due.Events.Count) : default);
    }

    [Fact]
    public async Task A_client_that_says_no_more_goes_on_watching()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a"));
        await call.HalfCloseAsync();
        await _kv.PutAsync(Put("a"));
        Assert.Equal(["put a=v@2"], await call.EventsAsync(1));
    }

    [Fact]
    public async Task Learners_and_members_that_must_not_serve_refuse()
    {
        _host.Replica.Status = _host.Replica.Status with { Role = MemberRole.Learner };
        AssertFailure(
            await new WatchCall(_host.Channel).EndAsync(), StatusCode.FailedPrecondition, "etcdserver: rpc not supported for learner", "no");
        _host.Replica.Status = _host.Replica.Status with { Role = MemberRole.Leader };
        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Corrupt, "it differs");
        AssertFailure(await new WatchCall(_host.Channel).EndAsync(), StatusCode.DataLoss, "etcdserver: corrupt cluster", "no");
    }

    [Fact]
    public async Task A_member_that_turns_corrupt_ends_its_watches()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a"));
        _host.Replica.SerializableFault = new ReadRefusedException(ReadRefusal.Corrupt, "it differs");
        await OversightLooksAsync();
        AssertFailure(await call.EndAsync(), StatusCode.DataLoss, "etcdserver: corrupt cluster", "no");
        Assert.Equal(0, _host.Hub.Counts.Watches);
    }

    [Fact]
    public async Task Only_those_that_require_a_leader_end_without_one_and_not_at_once()
    {
        using var requires = new WatchCall(_host.Channel, requireLeader: true);
        using var stays = new WatchCall(_host.Channel);
        await requires.CreateAsync(Of("a"));
        await stays.CreateAsync(Of("a"));
        _host.Replica.Status = _host.Replica.Status with { Leader = default };
        AssertFailure(
            await new WatchCall(_host.Channel, requireLeader: true).EndAsync(), StatusCode.Unavailable, "etcdserver: no leader", "no");

        // The limit counts from the first look without a leader; a second one shows that the first has been done.
        await OversightLooksAsync();
        await OversightLooksAsync();
        await _kv.PutAsync(Put("a"));
        Assert.Equal(["put a=v@2"], await requires.EventsAsync(1));

        _time.Advance(new WatchOptions().LeaderlessLimit);
        AssertFailure(await requires.EndAsync(), StatusCode.Unavailable, "etcdserver: no leader", "no");
        Assert.Equal(["put a=v@2"], await stays.EventsAsync(1));
    }

    [Fact]
    public async Task A_stopping_member_ends_its_watches_at_once()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a"));
        _host.BeginStop();
        AssertFailure(await call.EndAsync(), StatusCode.Unavailable, "etcdserver: server stopped", "no");
    }

    [Fact]
    public async Task A_client_that_reads_nothing_does_not_hold_up_the_end_of_its_stream()
    {
        using var call = new WatchCall(_host.Channel);
        await call.CreateAsync(Of("a"));
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_host.Hub.Counts.Lagging == 0)
        {
            await _kv.PutAsync(Put("a", new string('x', 1 << 20)), cancellationToken: deadline.Token);
        }

        _host.BeginStop();
        while (_host.Hub.Counts is not { Streams: 0, Watches: 0 })
        {
            _time.Advance(OversightPeriod);
            await Task.Delay(5, deadline.Token);
        }
    }

    [Fact]
    public async Task A_client_that_goes_leaves_nothing_behind()
    {
        using (var call = new WatchCall(_host.Channel))
        {
            await call.CreateAsync(Of("a"));
            await call.CreateAsync(Of("a", "b", start: 1));
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (_host.Hub.Counts is not { Streams: 0, Watches: 0, Lagging: 0 })
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    /// <summary>
    /// Lets the time pass after which the overseer looks again, and waits until it does. Nobody else may be reading this member's
    /// own state meanwhile.
    /// </summary>
    private async Task OversightLooksAsync()
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await Until(() => _time.Set(OversightPeriod) > 0);
        int looks = _host.Replica.SerializableReads;
        _time.Advance(OversightPeriod);
        await Until(() => _host.Replica.SerializableReads > looks);

        async Task Until(Func<bool> condition)
        {
            while (!condition())
            {
                await Task.Delay(5, deadline.Token);
            }
        }
    }

    private static Wire.ResponseHeader Header(long revision) => new() { ClusterId = 77, MemberId = 7, Revision = revision, RaftTerm = 3 };

    private static async Task<Wire.WatchResponse> Peeked(WatchCall call, params string[] events)
    {
        var response = await call.NextAsync();
        Assert.Equal(events, response.Events.Select(Text));
        return response;
    }
}
