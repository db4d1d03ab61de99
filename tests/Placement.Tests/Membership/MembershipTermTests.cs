using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Membership;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Tests.Reconciliation;

namespace StateServer.Placement.Tests.Membership;

/// <summary>The loop on the members, and the questions it asks beside itself.</summary>
public sealed class MembershipTermTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly NodeId Other = new(2);

    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_look_that_fails_is_told_once_for_its_cause_and_the_loop_goes_on_until_it_is_stopped()
    {
        var looks = 0;
        FakeMembership members = new()
        {
            Reads = () => Interlocked.Increment(ref looks) <= 5 ? throw new InvalidOperationException("the members can't be read") : null,
        };
        SimulatedLog log = new(_time);
        log.Elect(1);
        Lines logger = new();
        MembershipTerm term = new(
            members, new TermLog(log, 1), () => ProviderSight.Nothing, new DecisionBook().Members, new ReconciliationOptions(), _time, new CauseLog(logger), MembershipMind.Default);
        using CancellationTokenSource stop = new();
        var running = term.RunAsync(stop.Token);
        await UntilAsync(() => Volatile.Read(ref looks) > 7);

        Assert.Single(logger.Told, line => line.Contains("the members can't be read", StringComparison.Ordinal));
        await stop.CancelAsync();
        await running;
    }

    [Fact]
    public async Task The_loop_ends_with_its_term()
    {
        SimulatedLog log = new(_time);
        log.Elect(1);
        MembershipTerm term = new(
            new FakeMembership(), new TermLog(log, 1), () => ProviderSight.Nothing, new DecisionBook().Members, new ReconciliationOptions(), _time, new CauseLog(NullLogger.Instance), MembershipMind.Default);
        var running = term.RunAsync(TestContext.Current.CancellationToken);
        log.Elect(2);
        await UntilAsync(() => running.IsCompleted);
        await running;
    }

    [Fact]
    public async Task Others_are_asked_one_question_a_member_at_a_time()
    {
        var asked = 0;
        TaskCompletionSource<PeerVerdict> answer = new();
        PeerVerdicts verdicts = new(
            new FakeMembership
            {
                Answers = _ =>
                {
                    Interlocked.Increment(ref asked);
                    return answer.Task;
                },
            },
            _time);
        for (var looks = 0; looks < 10; looks++)
        {
            verdicts.Ask([Other], TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, Volatile.Read(ref asked));
        answer.SetResult(PeerVerdict.Silent);
        await UntilAsync(() => verdicts.Of(Other) == PeerVerdict.Silent);
    }

    [Fact]
    public void An_answer_counts_for_three_seconds_from_its_question_and_only_while_it_is_asked_about()
    {
        PeerVerdicts verdicts = new(new FakeMembership { Answers = _ => Task.FromResult(PeerVerdict.Silent) }, _time);
        verdicts.Ask([Other], TestContext.Current.CancellationToken);
        Assert.Equal(PeerVerdict.Silent, verdicts.Of(Other));
        _time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(PeerVerdict.Silent, verdicts.Of(Other));
        _time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(PeerVerdict.Unknown, verdicts.Of(Other));

        verdicts.Ask([Other], TestContext.Current.CancellationToken);
        verdicts.Ask([], TestContext.Current.CancellationToken);
        Assert.Equal(PeerVerdict.Unknown, verdicts.Of(Other));
    }

    [Fact]
    public async Task Who_does_not_answer_is_given_up_and_asked_again()
    {
        var asked = 0;
        PeerVerdicts verdicts = new(
            new FakeMembership
            {
                Answers = _ => Interlocked.Increment(ref asked) == 1
                    ? new TaskCompletionSource<PeerVerdict>().Task
                    : Task.FromResult(PeerVerdict.Heard),
            },
            _time);
        await UntilAsync(() =>
        {
            verdicts.Ask([Other], TestContext.Current.CancellationToken);
            return verdicts.Of(Other) == PeerVerdict.Heard;
        });
        Assert.Equal(2, Volatile.Read(ref asked));
        await verdicts.StopAsync();
    }

    /// <summary>Moves the clock until a condition holds; the real one must run out before it fails.</summary>
    private async Task UntilAsync(Func<bool> condition)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(clock.Elapsed < Patience, "the condition did not come true");
            _time.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>Keeps what is logged.</summary>
    private sealed class Lines : ILogger
    {
        public ConcurrentQueue<string> Told { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Told.Enqueue(formatter(state, exception));
    }
}
