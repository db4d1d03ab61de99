using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Log;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Log;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Traps;

/// <summary>The rules of one member's log that the stock log breaks.</summary>
public sealed class RaftLogTest : IDisposable
{
    private readonly SimulatedDisk _disk = new();
    private LogStore _store = null!;
    private VoteStore _votes = null!;

    [Fact]
    public void What_a_follower_has_accepted_survives_a_power_loss_right_after()
    {
        var log = Open(1, 2, 3);
        log.SaveTerm(1, new(2));
        log.Accept([.. Logs.Records(1, 12, term: 1)]);
        Assert.Equal(12, log.DurableIndex);
        _disk.Crash(() => false, _ => 0);
        log = Open(1, 2, 3);
        Assert.Equal(12, log.LastIndex);
        Assert.Equal((1, new NodeId(2)), (log.Term, log.VotedFor));
    }

    [Fact]
    public void A_stale_duplicate_truncates_nothing_and_only_a_conflict_does()
    {
        var log = Open(1, 2, 3);
        log.SaveTerm(1, default);
        log.Accept([.. Logs.Records(1, 12, term: 1)]);
        log.Accept([.. Logs.Records(5, 4, term: 1)]);
        Assert.Equal(12, log.LastIndex);
        log.SaveTerm(2, default);
        log.Accept([.. Logs.Records(5, 4, term: 1), .. Logs.Records(9, 1, term: 2)]);
        Assert.Equal(9, log.LastIndex);
        Assert.Equal(2, log.TermAt(9));
        Assert.Equal(1, log.TermAt(8));
    }

    [Fact]
    public void A_conflict_below_the_commit_index_is_a_broken_invariant()
    {
        var log = Open(1, 2, 3);
        log.SaveTerm(1, default);
        log.Accept([.. Logs.Records(1, 5, term: 1)]);
        log.CommitVerified(4);
        log.SaveTerm(2, default);
        string? failed = null;
        log.Failed += message => failed = message;
        Assert.Throws<InvalidOperationException>(() => log.Accept([.. Logs.Records(4, 1, term: 2)]));
        Assert.Contains("entry 4 conflicts", failed, StringComparison.Ordinal);
        Assert.Equal(5, log.LastIndex);
    }

    [Fact]
    public void A_proposal_of_a_term_that_has_passed_is_refused()
    {
        var log = Lead(1, 2, 3);
        log.Append(1, RecordKind.Command, "a"u8.ToArray());
        log.SaveTerm(2, new(2));
        Assert.Throws<NotLeadingException>(() => log.Append(1, RecordKind.Command, "b"u8.ToArray()));
        Assert.Throws<NotLeadingException>(() => log.Append(2, RecordKind.Command, "b"u8.ToArray()));
        Assert.Equal(2, log.LastIndex);
    }

    [Fact]
    public void Terms_do_not_fall_and_a_vote_is_given_once()
    {
        var log = Open(1, 2, 3);
        log.SaveTerm(3, new(2));
        Assert.Throws<InvalidOperationException>(() => log.SaveTerm(2, default));
        Assert.Throws<InvalidOperationException>(() => log.SaveTerm(3, new(3)));
        _disk.Crash(() => false, _ => 0);
        Assert.Equal((3, new NodeId(2)), (Open(1, 2, 3).Term, _votes.VotedFor));
    }

    [Fact]
    public void The_leader_counts_itself_only_once_its_own_disk_has_it()
    {
        var log = Lead(1, 2, 3);
        var position = log.Append(1, RecordKind.Command, "a"u8.ToArray());
        log.Answered(new(2), 1, log.NextMoment(), position.Index);
        Assert.Equal(0, log.CommitIndex);
        log.Sync();
        Assert.Equal(position.Index, log.CommitIndex);
    }

    [Fact]
    public void Five_voters_commit_with_three_and_a_bounded_part_counts_for_what_it_holds()
    {
        var log = Lead(1, 2, 3, 4, 5);
        var last = log.Append(1, RecordKind.Command, "a"u8.ToArray());
        log.Sync();
        log.Answered(new(2), 1, log.NextMoment(), last.Index);
        log.Answered(new(3), 1, log.NextMoment(), last.Index - 1);
        Assert.Equal(last.Index - 1, log.CommitIndex);
        log.Answered(new(4), 1, log.NextMoment(), last.Index);
        Assert.Equal(last.Index, log.CommitIndex);
    }

    /// <summary>With the old configuration's count, 2 of 4 committed in the middle of a round.</summary>
    [Fact]
    public void The_gate_counts_over_the_newest_configuration_in_the_log()
    {
        var log = Lead(1, 2, 3);
        var change = log.Append(1, RecordKind.Configuration, Stage.Configuration(1, 2, 3, 4).Encode());
        Assert.Equal(4, log.Configuration.Voters.Length);
        log.Sync();
        log.Answered(new(2), 1, log.NextMoment(), change.Index);
        Assert.Equal(0, log.CommitIndex);
        log.Answered(new(4), 1, log.NextMoment(), change.Index);
        Assert.Equal(change.Index, log.CommitIndex);
    }

    /// <summary>What a learner, or a voter that was removed, says must not be there when it gets a vote.</summary>
    [Fact]
    public void An_answer_of_a_member_without_a_vote_counts_for_nothing_not_even_once_it_has_one()
    {
        var log = Lead(1, 2, 3);
        log.Answered(new(4), 1, log.NextMoment(), 50);
        var change = log.Append(1, RecordKind.Configuration, Stage.Configuration(1, 2, 3, 4).Encode());
        log.Sync();
        log.Answered(new(2), 1, log.NextMoment(), change.Index);
        Assert.Equal(0, log.DurableOf(new(4)));
        Assert.Equal(0, log.CommitIndex);
    }

    [Fact]
    public void A_configuration_is_in_force_on_append_reverted_with_its_entry_and_found_again_at_start()
    {
        var log = Open(1, 2, 3);
        log.SaveTerm(1, default);
        log.Accept([Logs.Record(1, 1), new(2, 1, RecordKind.Configuration, Stage.Configuration(1, 2, 3, 4).Encode())]);
        Assert.Equal(4, log.Configuration.Voters.Length);
        _disk.Crash(() => false, _ => 0);
        log = Open(1, 2, 3);
        Assert.Equal(4, log.Configuration.Voters.Length);
        log.SaveTerm(2, default);
        log.Accept([Logs.Record(2, 2)]);
        Assert.Equal(3, log.Configuration.Voters.Length);
        Assert.Equal(0, log.ConfigurationAt(2).Index);
    }

    [Fact]
    public async Task A_round_is_confirmed_only_by_answers_to_what_was_sent_after_it_began()
    {
        var log = Lead(1, 2, 3);
        log.Sync();
        log.Answered(new(2), 1, log.NextMoment(), 1);
        var before = log.NextMoment();
        var round = log.WaitForRound(out var readIndex);
        Assert.Equal(1, readIndex);
        log.Answered(new(2), 1, before, 1);
        Assert.False(round.IsCompleted);
        log.Answered(new(3), 1, log.NextMoment(), 0);
        Assert.True(round.IsCompleted && await round);
        round = log.WaitForRound(out _);
        log.SaveTerm(2, default);
        Assert.True(round.IsCompleted && !await round);
    }

    public void Dispose()
    {
        _store.Dispose();
        _votes.Dispose();
    }

    private RaftLog Lead(params ulong[] voters)
    {
        var log = Open(voters);
        log.SaveTerm(1, new(1));
        log.Append(1, RecordKind.Barrier, default);
        return log;
    }

    private RaftLog Open(params ulong[] voters)
    {
        var isNew = !_disk.Exists("/vote");
        _votes = isNew ? VoteStore.Create("/vote", _disk) : VoteStore.Open("/vote", _disk);
        _store = LogStore.Open("/log", Logs.Options(_disk) with { MustExist = !isNew }, NullLogger.Instance);
        return new(new(1), _store, _votes, new(0, Stage.Configuration(voters).Encode()), 0);
    }
}
