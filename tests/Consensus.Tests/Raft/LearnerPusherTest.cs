using Microsoft.Extensions.Logging.Abstractions;
using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Log;
using StateServer.Consensus.Transport;
using StateServer.Protos.Peer;
using Answer = StateServer.Protos.Peer.AppendReply.Types.Answer;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>What a leader in term 1, with five entries, sends a learner, and what it takes note of; the test answers.</summary>
public sealed class LearnerPusherTest : IDisposable
{
    private static readonly RosterMember Learner = new(new(4), "m4", "h:4", new(44));
    private readonly SimulatedDisk _disk = new();
    private readonly FakeLearnerLink _link = new();
    private readonly LogStore _store;
    private readonly VoteStore _votes;
    private readonly RaftLog _log;

    public LearnerPusherTest()
    {
        _votes = VoteStore.Create("/vote", _disk);
        _store = LogStore.Open("/log", Logs.Options(_disk), NullLogger.Instance);
        _log = new(new(1), _store, _votes, new(0, Traps.Stage.Configuration(1).Encode()), 0);
        _log.SaveTerm(1, new(1));
        for (var i = 0; i < 5; i++)
        {
            _log.Append(1, i == 0 ? RecordKind.Barrier : RecordKind.Command, new byte[] { (byte)i });
        }

        _log.Sync();
    }

    [Fact]
    public async Task It_goes_back_to_where_the_logs_meet_and_then_sends_all_and_only_then_the_learner_is_caught_up()
    {
        await using var pusher = Push();
        var (probe, answer) = await _link.NextAsync();
        Assert.Equal((5, 0, 1, 5), (probe.PreviousIndex, probe.Entries.Count, probe.Term, probe.CommitIndex));
        answer.SetResult(new() { Sequence = probe.Sequence, Term = 1, Answer = Answer.Rejected, LastIndex = 2 });
        (var rest, answer) = await _link.NextAsync();
        Assert.Equal((2, 3), (rest.PreviousIndex, rest.Entries.Count));
        Assert.Equal(0, pusher.Progress.MatchIndex);
        Assert.Equal(0, pusher.Progress.AcknowledgedTimestamp);
        Assert.NotEqual(0, pusher.Progress.LastContactTimestamp);

        // What is appended while a round is under way belongs to the next one.
        _log.Append(1, RecordKind.Command, new byte[] { 9 });
        answer.SetResult(Taken(rest));
        (var next, answer) = await _link.NextAsync();
        Assert.Equal((5, 1), (next.PreviousIndex, next.Entries.Count));
        Assert.Equal((5, 5), (pusher.Progress.MatchIndex, pusher.Progress.LastIndex));
        answer.SetResult(Taken(next));
        await TestCluster.EventuallyAsync(
            () => pusher.Progress is { MatchIndex: 6, LastIndex: 6, AcknowledgedTimestamp: > 0 }, () => $"{pusher.Progress}");
        Assert.Equal(0, _log.DurableOf(new(4)));
    }

    [Fact]
    public async Task A_learner_in_a_higher_term_or_out_of_reach_is_told_as_a_problem_and_tried_again()
    {
        await using var pusher = Push();
        var (probe, answer) = await _link.NextAsync();
        answer.SetResult(new() { Sequence = probe.Sequence, Term = 7, Answer = Answer.Rejected, LastIndex = 5 });
        (probe, answer) = await _link.NextAsync();
        Assert.Equal("it is in term 7, above this leader's 1", pusher.Progress.Problem);
        answer.SetException(new PeerUnavailableException(new(4), "the cable is cut"));
        (probe, answer) = await _link.NextAsync();
        Assert.Equal("the cable is cut", pusher.Progress.Problem);
        answer.SetException(new InvalidOperationException("a fault of ours"));
        (probe, answer) = await _link.NextAsync();
        Assert.Equal("a fault of ours", pusher.Progress.Problem);
        answer.SetResult(Taken(probe));
        await TestCluster.EventuallyAsync(() => pusher.Progress is { Problem: null, MatchIndex: 5 }, () => $"{pusher.Progress}");
    }

    [Fact]
    public async Task Where_the_log_has_no_longer_what_the_learner_needs_it_gets_a_snapshot_with_its_progress_in_bytes()
    {
        _store.Reset(new(5, 1));
        await using var pusher = Push();
        var (probe, answer) = await _link.NextAsync();
        answer.SetResult(new() { Sequence = probe.Sequence, Term = 1, Answer = Answer.Rejected, LastIndex = 0 });
        var (progressed, taken) = await _link.NextSnapshotAsync();
        progressed(new(12, 100));
        Assert.Equal(new SnapshotProgress(12, 100), pusher.Progress.Snapshot);
        Assert.Contains("12 of 100 bytes of a snapshot", PromotionRule.Refusal(new(4), pusher.Progress, default, default)!, StringComparison.Ordinal);
        taken.SetResult(new() { Term = 1, Answer = Answer.Replicated });
        (probe, answer) = await _link.NextAsync();
        Assert.Equal(5, probe.PreviousIndex);
        answer.SetResult(Taken(probe));
        await TestCluster.EventuallyAsync(() => pusher.Progress is { Snapshot: null, MatchIndex: 5 }, () => $"{pusher.Progress}");
    }

    [Fact]
    public async Task It_ends_with_a_message_in_flight()
    {
        var pusher = Push();
        await _link.NextAsync();
        await pusher.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.True(_link.IsDisposed);
    }

    public void Dispose()
    {
        _store.Dispose();
        _votes.Dispose();
    }

    private static AppendReply Taken(AppendRequest request) => new()
    {
        Sequence = request.Sequence,
        Term = request.Term,
        Answer = Answer.Replicated,
        LastIndex = request.PreviousIndex + request.Entries.Count,
    };

    private LearnerPusher Push() => new(
        Learner, 1, _log, _link, Traps.StagedMember.Options(new(1)), TimeProvider.System, NullLogger.Instance);
}
