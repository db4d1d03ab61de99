using Grpc.Core;
using StateServer.Client.Endpoints;
using StateServer.Client.Failures;
using StateServer.Client.Tests.Hosting;
using StateServer.Clocks;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Tests;

public sealed class StateServerClientTests : IAsyncLifetime
{
    private static readonly Task<RpcException?> Fine = Task.FromResult<RpcException?>(null);
    private static readonly Task<RpcException?> Never = new TaskCompletionSource<RpcException?>().Task;

    private FakeMember _one = null!;
    private FakeMember _two = null!;

    public async ValueTask InitializeAsync()
    {
        _one = await FakeMember.StartAsync();
        _two = await FakeMember.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task Any_address_leads_to_all()
    {
        _one.ClientUrls.AddRange([$"http://{_one.Address}", $"http://{_two.Address}", "https://no.use:1", "unix://x"]);
        await using var client = new StateServerClient(Options(_one.Address));
        await client.GetAsync("a");
        await Until.TrueAsync(() => client.Endpoints.Count == 2);

        await _one.DisposeAsync();
        await client.GetAsync("a");
        Assert.Equal(1, _two.Ranges);
    }

    [Fact]
    public async Task Endpoints_learnt_are_bounded()
    {
        _one.ClientUrls.AddRange(Enumerable.Range(1, 100).Select(static i => $"http://127.0.0.1:{i}"));
        await using var client = new StateServerClient(Options(_one.Address) with { MaxEndpoints = 5 });
        await client.GetAsync("a");
        await Until.TrueAsync(() => client.Endpoints.Count == 5);
        await client.GetAsync("a");
        Assert.Equal(5, client.Endpoints.Count);
    }

    [Fact]
    public async Task A_dead_address_holds_nothing_up_where_another_serves()
    {
        await using var client = new StateServerClient(Options("127.0.0.1:1", _two.Address));
        await client.PutAsync("a", "b");
        Assert.Single(_two.Puts);
    }

    [Fact]
    public async Task Without_any_member_a_call_is_refused_with_the_addresses_tried()
    {
        await using var client = new StateServerClient(Options("127.0.0.1:1", "127.0.0.1:2") with { MaxAttempts = 2 });
        foreach (var call in (Func<Task>[])[() => client.PutAsync("a", "b"), () => client.GetAsync("a")])
        {
            var refused = await Assert.ThrowsAsync<RequestRefusedException>(call);
            Assert.Equal(StatusCode.Unavailable, refused.Code);
            Assert.Contains("127.0.0.1:1", refused.Message, StringComparison.Ordinal);
            Assert.Contains("127.0.0.1:2", refused.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_write_that_was_not_executed_is_sent_to_the_next_member()
    {
        _one.OnPut = static _ => throw FakeMember.Failure(StatusCode.Unavailable, CallMetadata.ExecutedNo);
        await using var client = new StateServerClient(Options(_one.Address, _two.Address));
        await client.PutAsync("a", "b");
        Assert.Equal((1, 1), (_one.Puts.Count, _two.Puts.Count));
    }

    [Fact]
    public async Task A_member_that_is_busy_is_asked_again_and_not_left()
    {
        _one.OnPut = static place => place < 3 ? throw FakeMember.Failure(StatusCode.ResourceExhausted, CallMetadata.ExecutedNo) : Fine;
        await using var client = new StateServerClient(Options(_one.Address, _two.Address));
        await client.PutAsync("a", "b");
        Assert.Equal((4, 0), (_one.Puts.Count, _two.Puts.Count));
    }

    [Theory]
    [InlineData(StatusCode.Unavailable, "unknown")]
    [InlineData(StatusCode.Unavailable, null)]
    [InlineData(StatusCode.Unknown, null)]
    [InlineData(StatusCode.Internal, null)]
    [InlineData(StatusCode.DeadlineExceeded, null)]
    public async Task A_write_of_unknown_outcome_is_told_as_such_and_not_repeated(StatusCode code, string? executed)
    {
        _one.OnPut = _ => throw FakeMember.Failure(code, executed);
        await using var client = new StateServerClient(Options(_one.Address, _two.Address));
        var unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("a", "b"));
        Assert.Equal(code, unknown.Code);
        Assert.Equal((1, 0), (_one.Puts.Count, _two.Puts.Count));
    }

    [Theory]
    [InlineData(StatusCode.InvalidArgument)]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.Unimplemented)]
    [InlineData(StatusCode.NotFound)]
    public async Task A_refusal_for_good_is_not_repeated(StatusCode code)
    {
        _one.OnPut = _ => throw FakeMember.Failure(code);
        _one.OnRange = _ => throw FakeMember.Failure(code);
        await using var client = new StateServerClient(Options(_one.Address, _two.Address));
        Assert.Equal(code, (await Assert.ThrowsAsync<RequestRefusedException>(() => client.PutAsync("a", "b"))).Code);
        Assert.Equal(code, (await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetAsync("a"))).Code);
        Assert.Equal((1, 1, 0, 0), (_one.Puts.Count, _one.Ranges, _two.Puts.Count, _two.Ranges));
    }

    [Fact]
    public async Task A_read_is_repeated_up_to_its_attempts()
    {
        _one.OnRange = static _ => throw FakeMember.Failure(StatusCode.Unavailable);
        await using var client = new StateServerClient(Options(_one.Address) with { MaxAttempts = 4 });
        await Assert.ThrowsAsync<RequestRefusedException>(() => client.GetAsync("a"));
        Assert.Equal(4, _one.Ranges);
    }

    [Fact]
    public async Task A_read_leaves_a_member_that_does_not_answer()
    {
        _one.OnRange = static _ => Never;
        var time = new ObservedTime();
        var options = Options(_one.Address, _two.Address) with { AttemptTimeout = TimeSpan.FromMinutes(1) };
        await using var client = new StateServerClient(options, time);
        var get = client.GetAsync("a");
        await Until.TrueAsync(() => _one.Ranges == 1);
        time.Advance(options.AttemptTimeout);

        // The pause before the next attempt; that one has a time of its own, which is far from over.
        await Until.TrueAsync(() =>
        {
            time.Advance(options.BackoffLow);
            return get.IsCompleted;
        });
        Assert.NotNull(await get);
        Assert.Equal((1, 1), (_one.Ranges, _two.Ranges));
    }

    [Fact]
    public async Task A_write_that_is_not_answered_in_time_is_unknown()
    {
        _one.OnPut = static _ => Never;
        var time = new ObservedTime();
        var options = Options(_one.Address, _two.Address);
        await using var client = new StateServerClient(options, time);
        var put = client.PutAsync("a", "b");
        await Until.TrueAsync(() => !_one.Puts.IsEmpty);
        time.Advance(options.CallTimeout);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => put);
        Assert.Empty(_two.Puts);
    }

    [Fact]
    public async Task A_write_whose_member_dies_is_unknown()
    {
        _one.OnPut = static _ => Never;
        await using var client = new StateServerClient(Options(_one.Address, _two.Address));
        var put = client.PutAsync("a", "b");
        await Until.TrueAsync(() => !_one.Puts.IsEmpty);
        await _one.DisposeAsync();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => put);
        Assert.Empty(_two.Puts);
    }

    [Fact]
    public async Task A_write_cancelled_before_it_was_sent_is_cancelled_and_after_it_is_unknown()
    {
        await using var client = new StateServerClient(Options(_one.Address));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.PutAsync("a", "b", new CancellationToken(true)));
        Assert.Empty(_one.Puts);

        _one.OnPut = static _ => Never;
        using var cancel = new CancellationTokenSource();
        var put = client.PutAsync("a", "b", cancel.Token);
        await Until.TrueAsync(() => !_one.Puts.IsEmpty);
        await cancel.CancelAsync();
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => put);
    }

    [Fact]
    public async Task Transactions_of_ranges_alone_are_repeated_like_reads()
    {
        // The fake knows no transactions: what it answers to both shows which way they went.
        await using var client = new StateServerClient(Options(_one.Address));
        var read = new TxnRequest { Success = { new RequestOp { RequestRange = new RangeRequest() } } };
        await Assert.ThrowsAsync<RequestRefusedException>(() => client.TransactAsync(read));
    }

    [Fact]
    public async Task Raw_stubs_reach_the_member_in_use_and_any_other()
    {
        await using var client = new StateServerClient(Options(_one.Address));
        await new KV.KVClient(await client.GetInvokerAsync()).RangeAsync(new RangeRequest());
        await new KV.KVClient(client.GetInvoker(Endpoint.Parse(_two.Address))).RangeAsync(new RangeRequest());
        Assert.Equal((1, 1), (_one.Ranges, _two.Ranges));
    }

    /// <summary>
    /// Short pauses, and times that no machine is too slow for: who is asked, how often and in which order is what tests look at.
    /// Those about a time have a clock of their own.
    /// </summary>
    internal static ClientOptions Options(params string[] endpoints) => new()
    {
        Endpoints = endpoints,
        BackoffLow = TimeSpan.FromMilliseconds(1),
        BackoffHigh = TimeSpan.FromMilliseconds(20),
        ConnectStagger = TimeSpan.FromMinutes(5),
        ConnectTimeout = TimeSpan.FromMinutes(5),
        CallTimeout = TimeSpan.FromMinutes(5),
        AttemptTimeout = TimeSpan.FromMinutes(5),
    };
}
