using Grpc.Core;
using StateServer.Client.Failures;
using StateServer.Client.Tests.Hosting;

namespace StateServer.Client.Tests;

public sealed class ExactlyOnceWritesTests : IAsyncLifetime
{
    private static readonly Task<RpcException?> Fine = Task.FromResult<RpcException?>(null);

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
    public async Task Writes_are_numbered_in_one_session_and_it_is_closed_at_the_end()
    {
        await using (var client = new StateServerClient(Options(_one.Address) with { BackoffHigh = TimeSpan.FromSeconds(30) }))
        {
            for (var i = 0; i < 3; i++)
            {
                await client.PutAsync("a", "b");
            }
        }

        Assert.Equal(["101/1/1", "101/2/2", "101/3/3"], _one.Puts.Select(Id));
        Assert.Equal([101L], _one.SessionsClosed);
    }

    [Fact]
    public async Task A_write_of_unknown_outcome_is_repeated_under_its_number_elsewhere()
    {
        _one.OnPut = static _ => throw FakeMember.Failure(StatusCode.Unavailable, CallMetadata.ExecutedUnknown);
        await using var client = new StateServerClient(Options(_one.Address, _two.Address));
        await client.PutAsync("a", "b");
        Assert.Equal(["101/1/1"], _one.Puts.Select(Id));
        Assert.Equal(["101/1/1"], _two.Puts.Select(Id));
    }

    [Fact]
    public async Task A_session_that_the_server_forgot_before_the_write_is_opened_anew()
    {
        _one.OnPut = static place => place == 1 ? throw FakeMember.Failure(StatusCode.Aborted, CallMetadata.ExecutedUnknown) : Fine;
        await using var client = new StateServerClient(Options(_one.Address));
        await client.PutAsync("a", "b");
        await client.PutAsync("a", "b");
        Assert.Equal(["101/1/1", "101/2/2", "102/1/1"], _one.Puts.Select(Id));
    }

    [Fact]
    public async Task A_session_forgotten_after_an_unknown_outcome_leaves_it_unknown()
    {
        _one.OnPut = static place => throw FakeMember.Failure(
            place == 0 ? StatusCode.Unavailable : StatusCode.Aborted, CallMetadata.ExecutedUnknown);
        await using var client = new StateServerClient(Options(_one.Address));
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("a", "b"));
        Assert.Equal(["101/1/1", "101/1/1"], _one.Puts.Select(Id));
    }

    [Fact]
    public async Task Sessions_forgotten_again_and_again_end_with_the_attempts()
    {
        _one.OnPut = static _ => throw FakeMember.Failure(StatusCode.Aborted, CallMetadata.ExecutedUnknown);
        await using var client = new StateServerClient(Options(_one.Address) with { MaxAttempts = 3 });
        await Assert.ThrowsAsync<RequestRefusedException>(() => client.PutAsync("a", "b"));
        Assert.Equal(3, _one.SessionsOpened);
    }

    [Fact]
    public async Task A_refusal_in_passing_after_an_unknown_outcome_leaves_it_unknown()
    {
        _one.OnPut = static place => throw FakeMember.Failure(
            StatusCode.Unavailable, place == 0 ? CallMetadata.ExecutedUnknown : CallMetadata.ExecutedNo);
        await using var client = new StateServerClient(Options(_one.Address) with { MaxAttempts = 3 });
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("a", "b"));
        Assert.Equal(3, _one.Puts.Count);
    }

    [Fact]
    public async Task A_refusal_for_good_after_an_unknown_outcome_is_the_answer()
    {
        _one.OnPut = static place => throw FakeMember.Failure(
            place == 0 ? StatusCode.Unavailable : StatusCode.InvalidArgument,
            place == 0 ? CallMetadata.ExecutedUnknown : CallMetadata.ExecutedNo);
        await using var client = new StateServerClient(Options(_one.Address));
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.PutAsync("a", "b"));
        Assert.Equal(StatusCode.InvalidArgument, refused.Code);
    }

    [Fact]
    public async Task An_outcome_that_the_server_forgot_is_told_as_executed()
    {
        _one.OnPut = static _ => throw FakeMember.Failure(StatusCode.Aborted, CallMetadata.ExecutedYes);
        await using var client = new StateServerClient(Options(_one.Address));
        await Assert.ThrowsAsync<OutcomeForgottenException>(() => client.PutAsync("a", "b"));
    }

    [Fact]
    public async Task Writes_wait_while_too_many_are_ahead_of_the_lowest_unanswered()
    {
        var first = new TaskCompletionSource<RpcException?>();
        _one.OnPut = place => place == 0 ? first.Task : Fine;
        await using var client = new StateServerClient(Options(_one.Address) with { MaxSessionWrites = 2 });
        var slow = client.PutAsync("a", "b");
        await Until.TrueAsync(() => _one.Puts.Count == 1);
        await client.PutAsync("a", "b");

        var waiting = client.PutAsync("a", "b");
        Assert.False(waiting.IsCompleted);
        Assert.Equal(["101/1/1", "101/2/1"], _one.Puts.Select(Id));

        first.SetResult(null);
        await slow;
        await waiting;
        Assert.Equal("101/3/3", Id(_one.Puts.Last()));
    }

    [Fact]
    public async Task A_write_of_unknown_outcome_tells_its_id_and_keeps_its_session()
    {
        _one.OnPut = static place => place == 1 ? throw FakeMember.Failure(StatusCode.Unavailable, CallMetadata.ExecutedUnknown) : Fine;
        await using (var client = new StateServerClient(Options(_one.Address) with { MaxAttempts = 1 }))
        {
            await client.PutAsync("a", "b");
            var unknown = await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("a", "b"));
            Assert.Equal("101/2", unknown.Write.ToString());
        }

        Assert.Empty(_one.SessionsClosed);
        await using (var second = new StateServerClient(Options(_one.Address) with { Resumed = new WriteId(101, 2) }))
        {
            await second.PutAsync("a", "b");
            await second.PutAsync("a", "b");
        }

        Assert.Equal(["101/1/1", "101/2/2", "101/2/2", "101/3/3"], _one.Puts.Select(Id));
        Assert.Equal([101L], _one.SessionsClosed);
    }

    [Fact]
    public async Task A_resumed_write_is_never_sent_under_another_session()
    {
        _one.OnPut = static _ => throw FakeMember.Failure(StatusCode.Aborted, CallMetadata.ExecutedUnknown);
        await using var client = new StateServerClient(Options(_one.Address) with { Resumed = new WriteId(55, 4) });
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => client.PutAsync("a", "b"));
        Assert.Equal(["55/4/4"], _one.Puts.Select(Id));
    }

    [Fact]
    public async Task A_resumed_session_that_was_not_used_stays_open()
    {
        await using (new StateServerClient(Options(_one.Address) with { Resumed = new WriteId(55, 4) }))
        {
        }

        Assert.Empty(_one.SessionsClosed);
    }

    [Fact]
    public async Task What_is_told_as_final_is_not_repeated()
    {
        _one.OnPut = static _ =>
        {
            RpcException full = FakeMember.Failure(StatusCode.ResourceExhausted, CallMetadata.ExecutedNo);
            full.Trailers.Add(CallMetadata.RetryPushback, CallMetadata.NoRetry);
            throw full;
        };
        await using var client = new StateServerClient(Options(_one.Address));
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => client.PutAsync("a", "b"));
        Assert.Equal(StatusCode.ResourceExhausted, refused.Code);
        Assert.Single(_one.Puts);
    }

    [Theory]
    [InlineData("4711/1", true)]
    [InlineData("4711", false)]
    [InlineData("4711/0", false)]
    [InlineData("-1/1", false)]
    [InlineData("4711/1/2", false)]
    [InlineData("99999999999999999999/1", false)]
    [InlineData("", false)]
    public void An_id_reads_what_it_writes(string text, bool isOne) =>
        Assert.Equal(isOne ? text : null, WriteId.Parse(text)?.ToString());

    private static string Id(Metadata metadata) =>
        $"{metadata.GetValue(CallMetadata.Session)}/{metadata.GetValue(CallMetadata.Sequence)}/{metadata.GetValue(CallMetadata.LowestUnanswered)}";

    private static ClientOptions Options(params string[] endpoints) =>
        StateServerClientTests.Options(endpoints) with { ExactlyOnceWrites = true };
}
