using StateServer.Consensus.Raft;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Leases;

/// <summary>
/// Takes this member's questions about leases to the leader: one message at a time, which carries all that came since the last
/// one left. Thread-safe.
/// </summary>
/// <param name="leadership">Who leads.</param>
/// <param name="peers">The way to it.</param>
/// <param name="time">The clock.</param>
/// <param name="timeout">How long one message may take.</param>
/// <param name="mostWaiting">Most questions that may wait.</param>
internal sealed class LeaseRelay(
    LeadershipWatch leadership, IReplicaPeers peers, TimeProvider time, TimeSpan timeout, int mostWaiting = LeaseRelay.MostWaiting)
{
    /// <summary>Most questions that may wait; above, they are refused.</summary>
    public const int MostWaiting = 65_536;

    /// <summary>Most questions in one message: about 50 KiB.</summary>
    public const int MostInMessage = 4_096;

    private readonly Lock _lock = new();
    private readonly Queue<(LeaseQuestion Question, TaskCompletionSource<LeaseAnswer> Answer)> _waiting = new();
    private bool _running;

    /// <summary>Asks whoever leads when the message leaves. The answer was decided after this call.</summary>
    /// <exception cref="ReadRefusedException">Too many wait.</exception>
    /// <exception cref="NotLeadingException">The member asked does not lead, or nobody is known to.</exception>
    /// <exception cref="PeerUnavailableException">The leader can't be reached.</exception>
    public Task<LeaseAnswer> AskAsync(LeaseQuestion question)
    {
        var answer = new TaskCompletionSource<LeaseAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_waiting.Count >= mostWaiting)
            {
                return Task.FromException<LeaseAnswer>(new ReadRefusedException(
                    ReadRefusal.QueueFull, $"{mostWaiting} questions about leases wait already: try again later"));
            }

            _waiting.Enqueue((question, answer));
            if (_running)
            {
                return answer.Task;
            }

            _running = true;
        }

        _ = RunAsync();
        return answer.Task;
    }

    private async Task RunAsync()
    {
        List<(LeaseQuestion Question, TaskCompletionSource<LeaseAnswer> Answer)> message = [];
        while (Take(message))
        {
            try
            {
                var answers = await SendAsync([.. message.Select(one => one.Question)]).ConfigureAwait(false);
                for (var i = 0; i < answers.Length; i++)
                {
                    message[i].Answer.TrySetResult(answers[i]);
                }
            }
            catch (Exception e)
            {
                foreach (var (_, answer) in message)
                {
                    answer.TrySetException(e);
                    _ = answer.Task.Exception; // seen: whoever asked may have gone
                }
            }
        }
    }

    private bool Take(List<(LeaseQuestion Question, TaskCompletionSource<LeaseAnswer> Answer)> message)
    {
        message.Clear();
        lock (_lock)
        {
            while (message.Count < MostInMessage && _waiting.TryDequeue(out var next))
            {
                message.Add(next);
            }

            return _running = message.Count > 0;
        }
    }

    private async Task<LeaseAnswer[]> SendAsync(LeaseQuestion[] questions)
    {
        var role = leadership.Current;
        var change = leadership.NextChange;
        if (role.Leader.IsNone || role.IsSelf)
        {
            throw new NotLeadingException("no other member is known to lead");
        }

        // A leader that stopped answering is given up on as soon as there is another one, or none.
        using var limit = new CancellationTokenSource(timeout, time);
        var asking = peers.AskLeasesAsync(role.Leader, LeaseWire.ToRequest(questions), limit.Token).AsTask();
        if (await Task.WhenAny(asking, change).ConfigureAwait(false) == change)
        {
            await limit.CancelAsync().ConfigureAwait(false);
        }

        var reply = await AnswerOfAsync(asking, role.Leader).ConfigureAwait(false);
        if (!reply.Leads)
        {
            throw new NotLeadingException($"member {role.Leader}: {reply.Message}");
        }

        return reply.Answers.Count == questions.Length
            ? LeaseWire.ToAnswers(reply)
            : throw new PeerUnavailableException(role.Leader, $"{reply.Answers.Count} answers to {questions.Length} questions");
    }

    private static async Task<LeasesReply> AnswerOfAsync(Task<LeasesReply> asking, NodeId leader)
    {
        try
        {
            return await asking.ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new PeerUnavailableException(leader, "it did not answer before the leader changed, or in time", e);
        }
    }
}
