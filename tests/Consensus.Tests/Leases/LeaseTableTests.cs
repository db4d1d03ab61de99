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
        Assert.Null(_table.Answer(1, new(new(5), true), 0));
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
        Assert.Null(_table.Answer(1, new(new(5), true), 0));
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
        Assert.Equal(TimeSpan.FromSeconds(1), table.Answer(1, new(new(5), false), 1)!.Value.Time.Remaining);
        time.MonotonicSeconds = 10;
        Assert.Single(table.TakeDue(1, Plenty));
    }

    private static GrantLeaseCommand Grant(long lease, long seconds) => new GrantLeaseCommand(new LeaseId(lease), seconds);

    private static CommandBatch Batch(params Command[] commands) =>
        new(1, 0, [.. commands.Select(command => new BatchItem(command, null, default))]);

    private void Pass(double seconds) => _time.Advance(TimeSpan.FromSeconds(seconds));

    private LeaseAnswer Ask(long lease, bool renews, long term = 1) => _table.Answer(term, new(new(lease), renews), 0)!.Value;

    private void Apply(params Command[] commands)
    {
        var result = StateMachine.Apply(_state, _state.AppliedIndex + 1, 1, Batch(commands));
        _state = result.State;
        _table.Applied(new(_state.AppliedIndex, _state, result.Events, IsRestore: false) { LeaseChanges = result.LeaseChanges });
    }

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
