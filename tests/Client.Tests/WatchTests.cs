using System.Collections.Concurrent;
using Google.Protobuf;
using Grpc.Core;
using StateServer.Client.Failures;
using StateServer.Client.Tests.Hosting;
using StateServer.Clocks;
using StateServer.Protos.Etcd;

namespace StateServer.Client.Tests;

public sealed class WatchTests : IAsyncLifetime
{
    private FakeMember _one = null!;
    private FakeMember _two = null!;
    private StateServerClient _client = null!;

    private ClientOptions Options => StateServerClientTests.Options(_one.Address, _two.Address);

    public async ValueTask InitializeAsync()
    {
        _one = await FakeMember.StartAsync();
        _two = await FakeMember.StartAsync();
        _client = new StateServerClient(Options);
    }

    public async ValueTask DisposeAsync()
    {
        await _client.DisposeAsync();
        await _one.DisposeAsync();
        await _two.DisposeAsync();
    }

    [Fact]
    public async Task It_goes_on_at_another_member_behind_the_last_revision_told()
    {
        _one.OnWatch = async (_, send, _) =>
        {
            await send(Created(7));
            await send(Told(9, 8, 9));
            throw FakeMember.Failure(StatusCode.Unavailable);
        };
        _two.OnWatch = Serve(Created(12), Told(11, 10, 11));
        var updates = await TakeAsync(new WatchCreateRequest { Key = Name("a") }, 3);
        Assert.Equal(["through 7:", "through 9: 8 9", "through 11: 10 11"], updates);
        Assert.Equal([0], _one.Watches.Select(watch => watch.StartRevision));
        Assert.Equal([10], _two.Watches.Select(watch => watch.StartRevision));
    }

    [Fact]
    public async Task Without_any_event_it_goes_on_where_it_began_and_progress_moves_that()
    {
        var calls = 0;
        _one.OnWatch = async (_, send, _) =>
        {
            await send(Created(7));
            throw FakeMember.Failure(StatusCode.Unavailable);
        };
        _two.OnWatch = async (_, send, cancelled) =>
        {
            if (++calls == 1)
            {
                await send(Created(9));
                await send(Told(20));
                throw FakeMember.Failure(StatusCode.DataLoss);
            }

            await Serve(Created(30), Told(25, 25))(_two.Watches.Last(), send, cancelled);
        };
        Assert.Equal(["through 7:", "through 20:", "through 25: 25"], await TakeAsync(new WatchCreateRequest { Key = Name("a") }, 3));
        Assert.Equal([8, 21], _two.Watches.Select(watch => watch.StartRevision).Take(2));
    }

    [Fact]
    public async Task A_member_that_does_not_answer_is_left()
    {
        _two.OnWatch = Serve(Created(7));
        var time = new ObservedTime();
        await using var client = new StateServerClient(Options, time);
        var taken = TakeAsync(new WatchCreateRequest { Key = Name("a"), StartRevision = 3 }, 1, client);
        await Until.TrueAsync(() => !_one.Watches.IsEmpty);
        time.Advance(Options.AttemptTimeout);
        await Until.TrueAsync(() =>
        {
            time.Advance(Options.BackoffLow);
            return taken.IsCompleted;
        });
        Assert.Equal(["through 2:"], await taken);
        Assert.Single(_one.Watches);
    }

    [Fact]
    public async Task A_limit_that_is_over_just_as_the_member_ends_the_stream_harms_nothing()
    {
        _one.OnWatch = static (_, _, _) => throw FakeMember.Failure(StatusCode.Unavailable);
        _two.OnWatch = Serve(Created(7));
        var time = new LateTime(TimeSpan.FromMinutes(4));
        await using var client = new StateServerClient(Options with { AttemptTimeout = time.Due }, time);
        Assert.Equal(["through 7:"], await TakeAsync(new WatchCreateRequest { Key = Name("a") }, 1, client));
        Assert.NotEmpty(time.Late);
        Assert.All(time.Late, static timer => timer());
    }

    [Fact]
    public async Task It_waits_as_long_as_no_member_serves()
    {
        var calls = 0;
        _one.OnWatch = _two.OnWatch = (watch, send, cancelled) => Interlocked.Increment(ref calls) < 12
            ? throw FakeMember.Failure(StatusCode.Unavailable)
            : Serve(Created(1))(watch, send, cancelled);
        Assert.Equal(["through 1:"], await TakeAsync(new WatchCreateRequest { Key = Name("a") }, 1));
    }

    [Fact]
    public async Task Parts_are_put_together_and_half_a_revision_is_never_told()
    {
        _one.OnWatch = async (_, send, _) =>
        {
            await send(Created(7));
            await send(Part(8, 8, 8));
            throw FakeMember.Failure(StatusCode.Unavailable);
        };
        _two.OnWatch = Serve(Created(8), Part(8, 8, 8), Part(8, 8), Told(8, 8, 8));
        Assert.Equal(
            ["through 7:", "through 8: 8 8 8 8 8"], await TakeAsync(new WatchCreateRequest { Key = Name("a"), Fragment = true }, 2));
        Assert.Equal(8, _two.Watches.Single().StartRevision);
    }

    [Fact]
    public async Task A_compacted_past_is_told_with_both_revisions()
    {
        _one.OnWatch = Serve(Created(20), new WatchResponse { Canceled = true, CompactRevision = 15 });
        var failure = await Assert.ThrowsAsync<WatchCompactedException>(
            () => TakeAsync(new WatchCreateRequest { Key = Name("a"), StartRevision = 3 }, 2));
        Assert.Equal((3, 15, StatusCode.OutOfRange), (failure.NextRevision, failure.CompactedRevision, failure.Code));
    }

    [Fact]
    public async Task A_watch_that_means_nothing_is_asked_for_once()
    {
        _one.OnWatch = Serve(new WatchResponse { Created = true, Canceled = true, WatchId = -1, CancelReason = "mvcc: watcher range is empty" });
        var failure = await Assert.ThrowsAsync<RequestRefusedException>(() => TakeAsync(new WatchCreateRequest { Key = Name("a") }, 1));
        Assert.Contains("watcher range is empty", failure.Message, StringComparison.Ordinal);
        Assert.Equal((1, 0), (_one.Watches.Count, _two.Watches.Count));

        _one.OnWatch = static (_, _, _) => throw FakeMember.Failure(StatusCode.PermissionDenied);
        failure = await Assert.ThrowsAsync<RequestRefusedException>(() => TakeAsync(new WatchCreateRequest { Key = Name("a") }, 1));
        Assert.Equal(StatusCode.PermissionDenied, failure.Code);
    }

    [Fact]
    public async Task A_member_that_has_too_many_watches_or_is_a_learner_is_left_for_another()
    {
        _one.OnWatch = Serve(new WatchResponse
        {
            Created = true,
            Canceled = true,
            WatchId = -1,
            CancelReason = "stateserver: this member has 3 watches, and may have no more",
        });
        _two.OnWatch = Serve(Created(7));
        Assert.Equal(["through 7:"], await TakeAsync(new WatchCreateRequest { Key = Name("a") }, 1));
        Assert.Equal((1, 1), (_one.Watches.Count, _two.Watches.Count));

        _one.OnWatch = _two.OnWatch;
        _two.OnWatch = static (_, _, _) => throw FakeMember.Failure(StatusCode.FailedPrecondition);
        Assert.Equal(["through 7:"], await TakeAsync(new WatchCreateRequest { Key = Name("a") }, 1));
    }

    [Fact]
    public async Task Its_caller_ends_it()
    {
        var isGone = false;
        _one.OnWatch = async (_, send, cancelled) =>
        {
            await send(Created(7));
            await Task.Delay(Timeout.Infinite, cancelled).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            isGone = true;
        };
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in _client.WatchPrefixAsync("a", cancellationToken: cancel.Token))
            {
                Assert.Equal(7, update.Revision);
                await cancel.CancelAsync();
            }
        });
        await Until.TrueAsync(() => Volatile.Read(ref isGone));
        Assert.Equal(("a", "b"), (_one.Watches.Single().Key.ToStringUtf8(), _one.Watches.Single().RangeEnd.ToStringUtf8()));
    }

    private static Func<WatchCreateRequest, Func<WatchResponse, Task>, CancellationToken, Task> Serve(params WatchResponse[] responses) =>
        async (_, send, cancelled) =>
        {
            foreach (var response in responses)
            {
                await send(response);
            }

            await Task.Delay(Timeout.Infinite, cancelled);
        };

    private static ByteString Name(string key) => ByteString.CopyFromUtf8(key);

    private static WatchResponse Created(long revision) => new() { Header = new() { Revision = revision }, Created = true };

    private static WatchResponse Told(long revision, params long[] events)
    {
        var response = new WatchResponse { Header = new() { Revision = revision } };
        response.Events.AddRange(events.Select(at => new Event { Kv = new KeyValue { Key = Name("a"), ModRevision = at } }));
        return response;
    }

    private static WatchResponse Part(long revision, params long[] events)
    {
        var response = Told(revision, events);
        response.Fragment = true;
        return response;
    }

    private async Task<List<string>> TakeAsync(WatchCreateRequest request, int count, StateServerClient? client = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var updates = new List<string>();
        await foreach (var update in (client ?? _client).WatchAsync(request, deadline.Token))
        {
            updates.Add(string.Join(' ', update.Events.Select(change => $"{change.Kv.ModRevision}").Prepend($"through {update.Revision}:")));
            if (updates.Count == count)
            {
                break;
            }
        }

        return updates;
    }

    /// <summary>The system's clock, some of whose timers can go off after they were disposed of, as any timer may that was about to.</summary>
    private sealed class LateTime(TimeSpan due) : TimeProvider
    {
        /// <summary>After this time they are due.</summary>
        internal TimeSpan Due { get; } = due;

        internal ConcurrentQueue<Action> Late { get; } = [];

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime == Due)
            {
                Late.Enqueue(() => callback(state));
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
