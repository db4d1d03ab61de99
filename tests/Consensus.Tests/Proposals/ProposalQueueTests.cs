using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Tests.Replica;
using StateServer.Domain.Outcomes;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Tests.Proposals;

public sealed class ProposalQueueTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly ProposalQueue _queue;

    public ProposalQueueTests() => _queue = new(TestOptions.Of(1), 7, _time);

    [Fact]
    public void What_was_sent_for_an_old_term_and_not_seen_is_sent_again_when_a_new_one_is_applied()
    {
        var answer = Add("k");
        Assert.Single(Take(term: 3));
        _queue.TermApplied(3);
        Assert.Empty(Take(term: 3));
        _queue.TermApplied(4);
        Assert.Empty(Take(term: 3)); // a term behind the applied one has no leader any more
        Assert.Single(Take(term: 4));
        Assert.False(answer.IsCompleted);
    }

    [Fact]
    public async Task After_a_snapshot_nothing_is_concluded_from_not_seeing_it()
    {
        var answer = Add("k");
        Take(term: 3);
        _queue.Restored(5);
        _queue.TermApplied(6);
        Assert.Empty(Take(term: 6));
        _time.Advance(TimeSpan.FromSeconds(31));
        _queue.Expire(leaderKnown: true);
        await Assert.ThrowsAsync<OutcomeUnknownException>(() => answer.AsTask());
    }

    [Fact]
    public async Task Only_the_proposal_of_this_process_is_answered()
    {
        var answer = Add("k");
        var item = BatchCodec.DecodeItem(Take(term: 1)[0].Items);
        var other = item with { Proposal = item.Proposal with { Incarnation = item.Proposal.Incarnation + 1 } };
        _queue.Complete([other], [new DoneOutcome(new(2))]);
        Assert.False(answer.IsCompleted);
        _queue.Complete([item], [new DoneOutcome(new(3))]);
        Assert.Equal(new DoneOutcome(new(3)), await answer);
        Assert.Equal(0, _queue.Bytes);
    }

    [Fact]
    public void A_late_refusal_of_an_earlier_term_does_not_touch_what_was_sent_again()
    {
        var answer = Add("k");
        var first = Take(term: 1);
        _queue.TermApplied(2);
        Assert.Single(Take(term: 2));
        _queue.PutBack(first, 1, "too late");
        Assert.Empty(Take(term: 2));
        _queue.Refuse(first, 1, ProposalRefusal.QueueFull, "too late", null);
        Assert.False(answer.IsCompleted);
    }

    [Fact]
    public void A_forwarded_batch_for_another_term_is_refused_not_appended()
    {
        var replies = new List<ForwardReply>();
        Assert.Null(_queue.Add(Forwarded(term: 1, replies)));
        Assert.Empty(Take(term: 2));
        Assert.Equal(ForwardReply.Types.Answer.NotLeading, Assert.Single(replies).Answer);
        Assert.Equal(0, _queue.Bytes);
    }

    [Fact]
    public void Forwarded_batches_are_bounded_by_bytes_too()
    {
        var replies = new List<ForwardReply>();
        var taken = 0;
        while (_queue.Add(Forwarded(term: 1, replies, new string('x', 100_000))) is null)
        {
            taken++;
        }

        Assert.InRange(taken, 600, 671);
        Assert.InRange(_queue.Bytes, 60_000_000, TestOptions.Of(1).MaxQueueBytes);
    }

    [Fact]
    public async Task Answered_proposals_do_not_pile_up_while_there_is_no_leader()
    {
        for (var round = 0; round < 30; round++)
        {
            var answers = Enumerable.Range(0, 1000).Select(i => Add($"k{i}", new string('x', 1000)).AsTask()).ToList();
            _time.Advance(TimeSpan.FromSeconds(31));
            _queue.Expire(leaderKnown: false);
            await Assert.ThrowsAsync<ProposalRefusedException>(() => Task.WhenAll(answers));
            Assert.All(answers, answer => Assert.True(answer.IsFaulted));
        }

        Assert.Equal(0, _queue.Bytes);
        Assert.InRange(_queue.Standing, 0, 6000);
    }

    [Fact]
    public async Task A_signal_loses_no_set_and_wakes_one_loop()
    {
        var signal = new Signal();
        var produced = 0;
        const int Last = 20_000;
        var consumer = Task.Run(async () =>
        {
            while (Volatile.Read(ref produced) < Last)
            {
                await signal.WaitAsync();
            }
        });
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            for (var i = 0; i < Last / 4; i++)
            {
                Interlocked.Increment(ref produced);
                signal.Set();
            }
        })));
        await consumer.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private static ForwardedBatch Forwarded(long term, List<ForwardReply> replies, string value = "v")
    {
        var encoded = new System.Buffers.ArrayBufferWriter<byte>();
        BatchCodec.EncodeItem(encoded, new(Commands.Put("k", value), null, new(new(2), 1, 1)));
        return new(
            new ForwardRequest { Sequence = 1, Term = term, Count = 1, Items = Google.Protobuf.ByteString.CopyFrom(encoded.WrittenSpan) },
            replies.Add);
    }

    private ValueTask<Outcome> Add(string key, string value = "v") => _queue.Add(Commands.Put(key, value), null, CancellationToken.None);

    private List<QueuedCommands> Take(long term)
    {
        var taken = new List<QueuedCommands>();
        _queue.Take(term, true, 1 << 20, 1000, taken);
        return taken;
    }
}
