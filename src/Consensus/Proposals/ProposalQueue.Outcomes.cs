using System.Collections.Immutable;
using StateServer.Domain.Commands;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Proposals;

/// <content>How what was taken ends: applied, lost, too late, or no longer wanted.</content>
internal sealed partial class ProposalQueue
{
    /// <summary>Answers this member's proposals among the commands of an entry that was just applied.</summary>
    public void Complete(ImmutableArray<BatchItem> items, ImmutableArray<Outcome> outcomes)
    {
        List<AnswerBatch>? full = null;
        AnswerBatch? answers = null;
        lock (_lock)
        {
            for (var i = 0; i < items.Length; i++)
            {
                if (!IsMine(items[i]) || !_waiting.TryGetValue(items[i].Proposal.Number, out var proposal))
                {
                    continue;
                }

                Remove(proposal);
                if (answers is { IsFull: true })
                {
                    (full ??= []).Add(answers);
                    answers = null;
                }

                (answers ??= new()).Add(proposal, outcomes[i]);
            }
        }

        full?.ForEach(batch => batch.Give());
        answers?.Give();
    }

    /// <summary>
    /// Tells that an entry of <paramref name="term"/> was applied, after its own commands were completed: what was sent for an
    /// earlier term and not seen by now is sent again (see the class).
    /// </summary>
    public void TermApplied(long term)
    {
        lock (_lock)
        {
            if (term <= _appliedTerm)
            {
                return;
            }

            _appliedTerm = term;
            foreach (var proposal in _waiting.Values)
            {
                if (proposal.Phase == ProposalPhase.Sent && proposal.Term < term && !proposal.MayBeInSnapshot)
                {
                    Requeue(proposal);
                }
            }
        }

        Ready.Set();
    }

    /// <summary>Tells that a snapshot whose last entry is of <paramref name="term"/> replaced the state.</summary>
    public void Restored(long term)
    {
        lock (_lock)
        {
            _appliedTerm = Math.Max(_appliedTerm, term);
            foreach (var proposal in _waiting.Values)
            {
                proposal.MayBeInSnapshot |= proposal.Phase == ProposalPhase.Sent;
            }
        }
    }

    /// <summary>Tells that the connection over which commands went to the leader of <paramref name="term"/> broke.</summary>
    public void ConnectionLost(long term) => Mark(term, UnknownReason.ConnectionLost);

    /// <summary>Tells that leadership of <paramref name="term"/> ended.</summary>
    public void LeadershipLost(long term) => Mark(term, UnknownReason.LeaderChanged);

    /// <summary>Answers what has waited for longer than it may.</summary>
    /// <param name="leaderKnown">Whether a leader is known now, for the message.</param>
    public void Expire(bool leaderKnown)
    {
        List<(Proposal Proposal, ProposalPhase Phase)>? expired = null;
        lock (_lock)
        {
            var now = _time.GetTimestamp();
            foreach (var proposal in _waiting.Values)
            {
                if (_time.GetElapsedTime(proposal.Arrived, now) >= _timeout)
                {
                    (expired ??= []).Add((proposal, proposal.Phase));
                }
            }

            foreach (var (proposal, _) in expired ?? [])
            {
                Remove(proposal);
            }
        }

        foreach (var (proposal, phase) in expired ?? [])
        {
            proposal.Fail(phase == ProposalPhase.Queued ? TimedOutInQueue(leaderKnown) : TimedOutAfterSend(proposal));
        }
    }

    /// <summary>The caller gave up on a proposal.</summary>
    public void Cancel(Proposal proposal)
    {
        var phase = proposal.Phase;
        lock (_lock)
        {
            phase = proposal.Phase;
            if (phase == ProposalPhase.Done)
            {
                return;
            }

            Remove(proposal);
        }

        proposal.Fail(phase == ProposalPhase.Queued
            ? Refused(ProposalRefusal.TimedOutInQueue, "the caller gave up before the command was sent; it was not executed", null)
            : new OutcomeUnknownException(UnknownReason.Cancelled, "the caller gave up after the command was sent"));
    }

    /// <summary>Refuses all that other members forwarded and that was not taken yet.</summary>
    public void RefuseForwarded(ProposalRefusal reason, string message)
    {
        List<ForwardedBatch> refused = [];
        lock (_lock)
        {
            for (var left = _queue.Count; left > 0; left--)
            {
                var next = _queue.Dequeue();
                if (next is ForwardedBatch batch)
                {
                    Discharge(batch);
                    refused.Add(batch);
                }
                else
                {
                    _queue.Enqueue(next);
                }
            }
        }

        refused.ForEach(batch => batch.Refused(reason, message));
    }

    /// <summary>Takes nothing more, and refuses what is still in this member's hands.</summary>
    public void Close(ProposalRefusal reason, string message)
    {
        List<ForwardedBatch> batches;
        List<Proposal> proposals;
        lock (_lock)
        {
            _closed ??= message;
            batches = [.. _queue.OfType<ForwardedBatch>()];
            proposals = [.. _waiting.Values.Where(proposal => proposal.Phase == ProposalPhase.Queued)];
            batches.ForEach(Discharge);
            proposals.ForEach(Remove);
            _again.Clear();
            _queue.Clear();
            _deadBytes = 0;
        }

        batches.ForEach(batch => batch.Refused(reason, message));
        proposals.ForEach(proposal => proposal.Fail(Refused(reason, message, null)));
    }

    /// <summary>Answers all that were sent with an unknown outcome: this member stops and will not see theirs.</summary>
    public void Abandon(string message)
    {
        List<Proposal> abandoned;
        lock (_lock)
        {
            abandoned = [.. _waiting.Values];
            abandoned.ForEach(Remove);
        }

        foreach (var proposal in abandoned)
        {
            proposal.Fail(new OutcomeUnknownException(UnknownReason.Cancelled, message));
        }
    }

    /// <summary>True for what must not go into the log of <paramref name="term"/>: it was meant for another, or for a leader and this is none.</summary>
    private static bool IsMisled(QueuedCommands next, long term, bool leads) => next switch
    {
#if PLANTED_SkipTermCheck
        ForwardedBatch => !leads,
#else
        ForwardedBatch batch => !leads || batch.Term != term,
#endif
#if !PLANTED_ExpireInLaterTerm
        Proposal { OnlyTerm: > 0 } bound => !leads || bound.OnlyTerm != term,
#endif
        _ => false,
    };

    private static void RefuseMisled(QueuedCommands misled)
    {
        const string Message = "this member does not lead term";
        switch (misled)
        {
            case ForwardedBatch batch:
                batch.Refused(ProposalRefusal.NoLeader, $"{Message} {batch.Term}");
                break;
            case Proposal bound:
                bound.Fail(Refused(ProposalRefusal.NoLeader, $"{Message} {bound.OnlyTerm}", null));
                break;
        }
    }

    /// <summary>Lets go of what was just taken out of the queue and will not be sent.</summary>
    private void Withdraw(QueuedCommands commands)
    {
        Discharge(commands);
        if (commands is Proposal proposal)
        {
            _waiting.Remove(proposal.Number);
            proposal.Phase = ProposalPhase.Done;
        }
    }

    private void Mark(long term, UnknownReason trouble)
    {
        lock (_lock)
        {
            foreach (var proposal in _waiting.Values)
            {
                if (proposal.Phase == ProposalPhase.Sent && proposal.Term == term)
                {
                    proposal.Trouble = trouble;
                }
            }
        }
    }

    private ProposalRefusedException TimedOutInQueue(bool leaderKnown) => leaderKnown
        ? Refused(ProposalRefusal.TimedOutInQueue, $"the command waited {_timeout.TotalSeconds:0.###} s to be sent; it was not executed", null)
        : Refused(ProposalRefusal.NoLeader, $"no leader was found within {_timeout.TotalSeconds:0.###} s; the command was not executed", null);

    private OutcomeUnknownException TimedOutAfterSend(Proposal proposal)
    {
        var waited = $"no outcome within {_timeout.TotalSeconds:0.###} s";
        return new(proposal.Trouble, proposal.Trouble switch
        {
            UnknownReason.ConnectionLost => $"{waited}: the connection to the leader of term {proposal.Term} broke after the command was sent",
            UnknownReason.LeaderChanged => $"{waited}: the leadership of term {proposal.Term} ended after the command was sent",
            _ => $"{waited}, after the command was sent to the leader of term {proposal.Term}",
        });
    }

    private static void Bury(Queue<QueuedCommands> queue)
    {
        for (var left = queue.Count; left > 0; left--)
        {
            var commands = queue.Dequeue();
            if (commands is not Proposal { Phase: not ProposalPhase.Queued })
            {
                queue.Enqueue(commands);
            }
        }
    }
}
