using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Leases;
using StateServer.Consensus.Replica;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Events;
using StateServer.Domain.Identity;
using StateServer.Domain.Leases;

namespace StateServer.Consensus.Tests.Leases;

public sealed class LeaseTableTests
{
    private const int Plenty = 1_000_000;

    private readonly FakeTimeProvider _time = new();
    private readonly LeaseTable _table;
    private ReplicatedState _state = ReplicatedState.Empty;

    public LeaseTableTests() => _table = new(_time);

    private AppliedPoint Point => new(_state.AppliedIndex, 1, _state);

    [Fact]
    public void A_lease_runs_out_when_its_time_is_over_and_not_before()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, 10));
        _time.Advance(TimeSpan.FromSeconds(10) - TimeSpan.FromTicks(1));
        Assert.Empty(_table.TakeDue(1, Plenty));
        Assert.Equal(LeaseVerdict.Alive, Ask(5, renews: false).Verdict);
        _time.Advance(TimeSpan.FromMilliseconds(3) + TimeSpan.FromTicks(1));
        Assert.Equal((new LeaseId(5), TimeSpan.FromMilliseconds(3)), Assert.Single(_table.TakeDue(1, Plenty)));
    }

    [Fact]
    public void A_renewal_gives_the_full_time_again()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, 10));
        for (var i = 0; i < 5; i++)
        {
            Pass(9);
            Assert.Empty(_table.TakeDue(1, Plenty));
            Assert.Equal(TimeSpan.FromSeconds(1), Ask(5, renews: false).Time.Remaining);
            var renewed = Ask(5, renews: true);
            Assert.Equal((LeaseVerdict.Alive, 10L, TimeSpan.FromSeconds(10)), (renewed.Verdict, renewed.Time.GrantedSeconds, renewed.Time.Remaining));
        }

        Pass(10);
        Assert.Single(_table.TakeDue(1, Plenty));
    }

    [Fact]
    public void A_lease_may_be_renewed_until_its_end_is_proposed_and_not_after()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, 10), Grant(6, 10));
        Pass(11);
        Assert.Equal(LeaseVerdict.Alive, Ask(5, renews: true).Verdict);
        Assert.Equal(6, Assert.Single(_table.TakeDue(1, Plenty)).Lease.Value);
        Assert.Equal(LeaseVerdict.Ending, Ask(6, renews: true).Verdict);
        Assert.Equal(TimeSpan.Zero, Ask(6, renews: false).Time.Remaining);
        Apply(new RevokeLeaseCommand(new LeaseId(6)));
        Assert.Equal(LeaseVerdict.NotFound, Ask(6, renews: true).Verdict);
        Pass(5);
        Assert.Empty(_table.TakeDue(1, Plenty));
    }

    [Fact]
    public void What_was_not_ended_comes_up_again()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, 10));
        Pass(10);
        Assert.Single(_table.TakeDue(1, Plenty));
        Assert.Empty(_table.TakeDue(1, Plenty));
        _time.Advance(LeaseTable.RetryPause);
        Assert.Single(_table.TakeDue(1, Plenty));
    }

    [Fact]
    public void A_new_term_gives_every_lease_its_full_time()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, 10), Grant(6, 100));
        Pass(11);
        Assert.Single(_table.TakeDue(1, Plenty));
        _table.Lead(2, () => Point);
        Assert.Null(_table.Answer(1, new(new(5), true), _state));
        Assert.Empty(_table.TakeDue(1, Plenty));
        Assert.Empty(_table.TakeDue(2, Plenty));
        Assert.Equal(TimeSpan.FromSeconds(10), Ask(5, renews: false, term: 2).Time.Remaining);
        Assert.Equal(TimeSpan.FromSeconds(100), Ask(6, renews: false, term: 2).Time.Remaining);
    }

    [Fact]
    public void A_term_that_was_left_tells_nothing_and_never_begins_again()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, 10));
        _table.Leave(new Leadership(1, new(7), IsSelf: false));
        Assert.Equal(1, _table.Count);
        _table.Leave(new Leadership(1, new(7), IsSelf: true));
        Assert.Equal(0, _table.Count);
        _table.Lead(1, () => Point);
        Assert.Null(_table.Answer(1, new(new(5), true), _state));
        Pass(11);
        Assert.Empty(_table.TakeDue(1, Plenty));
    }

    [Fact]
    public void An_entry_that_the_state_held_already_counts_once()
    {
        Apply(Grant(5, 10));
        _table.Lead(1, () => Point);
        var index = _state.AppliedIndex;
        _table.Applied(new(index, _state, [], IsRestore: false)
        {
            LeaseChanges = [new LeaseChange(_state.Keyspace.GetLease(new(5))!, IsEnd: false)],
        });
        Assert.Equal((1, 1), (_table.Count, _table.Queued));
        _table.Applied(new(index + 1, _state, [], IsRestore: true));
        Assert.Equal(0, _table.Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_applied_while_a_term_is_laid_out_does_not_wait_and_is_not_lost(bool beforeTheState)
    {
        Apply(Grant(5, 10), Grant(6, 10));
        Assert.True(_table.Lead(1, () =>
        {
            var before = Point;
            OnAnotherThread(() =>
            {
                Apply(new RevokeLeaseCommand(new LeaseId(5)), Grant(7, 20));
                Assert.Null(_table.Answer(1, new(new(6), true), _state));
                Assert.Empty(_table.TakeDue(1, Plenty));
                Assert.False(_table.Lead(1, () => throw new InvalidOperationException("one builds already")));
            });
            return beforeTheState ? Point : before;
        }));
        Assert.Equal((2, 2), (_table.Count, beforeTheState ? _table.Queued : _table.Queued - 1)); // what ended stays queued for a while
        Assert.Equal(TimeSpan.FromSeconds(10), Ask(6, renews: false).Time.Remaining);
        Assert.Equal(TimeSpan.FromSeconds(20), Ask(7, renews: false).Time.Remaining);
        Assert.Equal(LeaseVerdict.NotFound, Ask(5, renews: true).Verdict);
    }

    [Fact]
    public void A_term_that_ends_while_it_is_laid_out_does_not_wait_and_is_not_begun()
    {
        Apply(Grant(5, 10));
        Assert.False(_table.Lead(1, () =>
        {
            OnAnotherThread(() => _table.Leave(new Leadership(1, new(7), IsSelf: true)));
            return Point;
        }));
        Assert.Equal(0, _table.Count);
        Assert.False(_table.Lead(1, () => Point));
        Assert.True(_table.Lead(2, () => Point));
    }

    [Fact]
    public void A_snapshot_while_a_term_is_laid_out_makes_that_useless()
    {
        Apply(Grant(5, 10));
        Assert.False(_table.Lead(1, () =>
        {
            var before = Point;
            _table.Applied(new(_state.AppliedIndex + 1, _state, [], IsRestore: true));
            return before;
        }));
        Assert.Equal(0, _table.Count);
        Assert.True(_table.Lead(1, () => Point));
    }

    [Fact]
    public void Laying_a_term_out_begins_anew_where_too_much_is_applied_meanwhile_or_it_fails()
    {
        Apply(Grant(5, 10));
        var change = new LeaseChange(_state.Keyspace.GetLease(new(5))!, IsEnd: false);
        Assert.False(_table.Lead(1, () =>
        {
            for (var i = 1; i <= LeaseTable.MostMissed + 1; i++)
            {
                _table.Applied(new(_state.AppliedIndex + i, _state, [], IsRestore: false) { LeaseChanges = [change] });
            }

            return Point;
        }));
        Assert.Throws<IOException>(() => _table.Lead(1, () => throw new IOException("for once")));
        Assert.Equal(0, _table.Count);
        Assert.True(_table.Lead(1, () => Point));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void The_state_decides_what_there_is_where_the_table_is_not_told_yet()
    {
        // The applier swaps the state in and answers the client; it tells the table right after, and the client may be faster.
        _table.Lead(1, () => Point);
        var granted = Untold(Grant(5, 10));
        var answer = Ask(5, renews: true);
        Assert.Equal((LeaseVerdict.Alive, 10L, TimeSpan.FromSeconds(10)), (answer.Verdict, answer.Time.GrantedSeconds, answer.Time.Remaining));
        _table.Applied(granted);
        Assert.Equal(LeaseVerdict.Alive, Ask(5, renews: true).Verdict);

        var revoked = Untold(new RevokeLeaseCommand(new LeaseId(5)));
        Assert.Equal(LeaseVerdict.NotFound, Ask(5, renews: true).Verdict);
        Assert.Equal(1, _table.Count);
        _table.Applied(revoked);
        Assert.Equal((LeaseVerdict.NotFound, 0), (Ask(5, renews: true).Verdict, _table.Count));
    }

    [Fact]
    public void What_ended_since_the_state_is_not_renewed()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, 10));
        Apply(new CompactCommand(new Revision(1_000_000))); // an entry that changes no lease is told as well
        var before = _state;
        Apply(new RevokeLeaseCommand(new LeaseId(5)));
        Assert.Equal(LeaseVerdict.NotFound, _table.Answer(1, new(new(5), true), before)!.Value.Verdict);

        // The same where the table was built from a state of which it was not told, entry by entry.
        var other = new LeaseTable(_time);
        Assert.True(other.Lead(1, () => Point));
        Assert.Equal(LeaseVerdict.NotFound, other.Answer(1, new(new(5), true), before)!.Value.Verdict);
    }

    [Fact(Explicit = true)]
    public void Figures_of_a_hundred_thousand_leases()
    {
        const int Count = 100_000;
        foreach (var part in Enumerable.Range(1, Count).Select(id => Grant(id, 10)).ToArray().Chunk(CommandBatch.MostItems))
        {
            Apply(part);
        }

        var clock = System.Diagnostics.Stopwatch.StartNew();
        for (long term = 1; term <= 5; term++)
        {
            var before = GC.GetTotalMemory(forceFullCollection: true);
            clock.Restart();
            Assert.True(_table.Lead(term, () => Point));
            var built = clock.Elapsed;
            var bytes = (GC.GetTotalMemory(forceFullCollection: true) - before) / Count;
            Pass(9);
            for (var id = 1; id <= Count; id++)
            {
                Ask(id, renews: true, term);
            }

            Pass(5);
            clock.Restart();
            Assert.Empty(_table.TakeDue(term, 100));
            var looked = clock.Elapsed;
            clock.Restart();
            _table.Leave(new Leadership(term, new(7), IsSelf: true));
            TestContext.Current.TestOutputHelper!.WriteLine(
                $"laid out in {built.TotalMilliseconds:0.0} ms, {bytes} B a lease; 10,000 looks {looked.TotalMilliseconds:0.0} ms; left in {clock.Elapsed.TotalMicroseconds:0} us");
        }
    }

    [Fact]
    public void A_pile_of_leases_is_taken_in_bounded_parts_the_longest_overdue_first()
    {
        const int Count = 100_000;
        _table.Lead(1, () => Point);
        var grants = Enumerable.Range(1, Count).Select(id => Grant(id, 10 + (id % 2))).ToArray();
        foreach (var part in grants.Chunk(CommandBatch.MostItems))
        {
            Apply(part);
        }

        Pass(9);
        for (var id = 1; id <= Count; id += 2)
        {
            Assert.Equal(LeaseVerdict.Alive, Ask(id, renews: true).Verdict); // odd ones live to second 20
        }

        Pass(5);
        HashSet<long> ended = [];
        while (ended.Count < Count / 2)
        {
            var due = _table.TakeDue(1, 100);
            Assert.InRange(due.Count, 0, 100);
            Assert.All(due, lease => Assert.True(lease.Lease.Value % 2 == 0 && ended.Add(lease.Lease.Value)));
            Apply([.. due.Select(lease => new RevokeLeaseCommand(lease.Lease))]);
        }

        Assert.Equal(Count / 2, _table.Count);
        Assert.InRange(_table.Queued, _table.Count, (2 * _table.Count) + 1024);
    }

    [Fact]
    public void Leases_that_are_gone_do_not_pile_up_in_the_queue()
    {
        _table.Lead(1, () => Point);
        for (var i = 0; i < 5_000; i++)
        {
            Apply(Grant(5, LeaseRules.LongestTimeToLiveSeconds), new RevokeLeaseCommand(new LeaseId(5)));
        }

        Assert.InRange(_table.Queued, 0, 1_024);
    }

    [Fact]
    public void The_longest_time_to_live_is_far_away_and_no_overflow()
    {
        _table.Lead(1, () => Point);
        Apply(Grant(5, LeaseRules.LongestTimeToLiveSeconds));
        Pass(1_000_000);
        Assert.Empty(_table.TakeDue(1, Plenty));
        Assert.InRange(Ask(5, renews: false).Time.Remaining.TotalSeconds, 8_998_999_998, 8_999_000_001);
    }

    [Fact]
    public void A_jump_of_the_wall_clock_changes_nothing()
    {
        var time = new JumpingTime();
        var table = new LeaseTable(time);
        table.Lead(1, () => Point);
        var state = StateMachine.Apply(_state, 1, 1, Batch(Grant(5, 10)));
        table.Applied(new(1, state.State, state.Events, IsRestore: false) { LeaseChanges = state.LeaseChanges });
        time.WallClockSeconds = 1_000_000;
        Assert.Empty(table.TakeDue(1, Plenty));
        time.MonotonicSeconds = 9;
        time.WallClockSeconds = -1_000_000;
        Assert.Equal(TimeSpan.FromSeconds(1), table.Answer(1, new(new(5), false), state.State)!.Value.Time.Remaining);
        time.MonotonicSeconds = 10;
        Assert.Single(table.TakeDue(1, Plenty));
    }

    private static GrantLeaseCommand Grant(long lease, long seconds) => new GrantLeaseCommand(new LeaseId(lease), seconds);

    private static CommandBatch Batch(params Command[] commands) =>
        new(1, 0, [.. commands.Select(command => new BatchItem(command, null, default))]);

    private static void OnAnotherThread(Action action) =>
        Assert.True(Task.Run(action).Wait(TimeSpan.FromSeconds(30)), "it waits for the term to be laid out");

    private AppliedEntry Untold(params Command[] commands)
    {
        var result = StateMachine.Apply(_state, _state.AppliedIndex + 1, 1, Batch(commands));
        _state = result.State;
        return new(_state.AppliedIndex, _state, result.Events, IsRestore: false) { LeaseChanges = result.LeaseChanges };
    }

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private LeaseAnswer Ask(long lease, bool renews, long term = 1) => _table.Answer(term, new(new(lease), renews), _state)!.Value;

    private void Apply(params Command[] commands) => _table.Applied(Untold(commands));

    /// <summary>A clock whose wall goes its own way.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        public double WallClockSeconds { get; set; }

        public long MonotonicSeconds { get; set; }

        public override long TimestampFrequency => 1;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(WallClockSeconds + 2_000_000);

        public override long GetTimestamp() => MonotonicSeconds;
    }
}
