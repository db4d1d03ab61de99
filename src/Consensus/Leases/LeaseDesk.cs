using StateServer.Consensus.Raft;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Leases;

/// <summary>
/// Answers questions about leases as the leader: after a quorum round begun since they came, which they share with the
/// linearizable reads of that moment, and once all that was committed before it is applied here. Thread-safe.
/// </summary>
/// <param name="leadership">Who leads.</param>
/// <param name="reads">This member's linearizable reads.</param>
/// <param name="applier">The state.</param>
/// <param name="table">The deadlines.</param>
internal sealed class LeaseDesk(LeadershipWatch leadership, LinearizableReads reads, Applier applier, LeaseTable table)
{
    /// <summary>Answers questions that came together, one for one.</summary>
    /// <exception cref="NotLeadingException">This member does not lead, or no longer did when the round was over.</exception>
    /// <exception cref="ReadRefusedException">No quorum in time, or too many wait.</exception>
    public async ValueTask<LeaseAnswer[]> AnswerAsync(IReadOnlyList<LeaseQuestion> questions, CancellationToken cancellationToken)
    {
        var role = leadership.Current;
        if (!role.IsSelf)
        {
            throw new NotLeadingException("this member does not lead");
        }

#if PLANTED_KeepAliveWithoutRound
        var state = applier.Point.State;
#else
        var state = await reads.ReadAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
#endif

        // A term is led once and without a break: the round confirmed this one, for nobody else's was followed meanwhile.
        if (leadership.Current != role)
        {
            throw new NotLeadingException($"the leadership of term {role.Term} ended");
        }

        if (!table.Lead(role.Term, () => applier.Point))
        {
            throw new NotLeadingException($"the time of the leases of term {role.Term} is not laid out yet");
        }

        var answers = new LeaseAnswer[questions.Count];
        for (var i = 0; i < answers.Length; i++)
        {
            answers[i] = table.Answer(role.Term, questions[i], state)
                ?? throw new NotLeadingException($"the leadership of term {role.Term} ended");
            if (questions[i].Renews)
            {
                LeaseMeter.KeptAlive(answers[i].Verdict);
            }
        }

        return answers;
    }
}
