using StateServer.Consensus.Raft;
using StateServer.Consensus.Reads;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Leases;

/// <summary>The time of leases as any member tells it: from its own table where it leads, else from the leader's. Thread-safe.</summary>
internal sealed class LeaseTimes : ILeaseTimes
{
    /// <summary>After a question that nobody could decide: an expiry on its way, or a new leader, takes about that long.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(20);

    private readonly LeadershipWatch _leadership;
    private readonly LeaseDesk _desk;
    private readonly LeaseRelay _relay;
    private readonly Applier _applier;
    private readonly Standing _standing;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;

    /// <summary>Makes it.</summary>
    public LeaseTimes(
        ReplicaOptions options,
        LeadershipWatch leadership,
        LinearizableReads reads,
        Applier applier,
        LeaseTable table,
        IReplicaPeers peers,
        Standing standing,
        TimeProvider time)
    {
        _leadership = leadership;
        _desk = new(leadership, reads, applier, table);
        _applier = applier;
        _relay = new(leadership, peers, time, options.RequestTimeout);
        _standing = standing;
        _time = time;
        _timeout = options.RequestTimeout;
        ShortestSeconds = (long)Math.Ceiling(1.5 * options.ElectionTimeoutHigh.TotalSeconds);
    }

    /// <inheritdoc/>
    public long ShortestSeconds { get; }

    /// <inheritdoc/>
    public ValueTask<LeaseTime?> RenewAsync(LeaseId lease, CancellationToken cancellationToken)
        => AskAsync(new(lease, Renews: true), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<LeaseTime?> FindAsync(LeaseId lease, CancellationToken cancellationToken)
        => AskAsync(new(lease, Renews: false), cancellationToken);

    /// <summary>Answers another member's message, as the leader.</summary>
    public async ValueTask<LeasesReply> AnswerAsync(LeasesRequest request, CancellationToken cancellationToken)
    {
        if (request.Questions.Count > LeaseRelay.MostInMessage)
        {
            return new() { Message = $"{request.Questions.Count} questions, more than {LeaseRelay.MostInMessage}" };
        }

        if (_standing.IsCorrupt)
        {
            return new() { Message = _standing.Problem };
        }

        try
        {
            return LeaseWire.ToReply(
                await _desk.AnswerAsync(LeaseWire.ToQuestions(request), cancellationToken).ConfigureAwait(false));
        }
        catch (Exception e) when (e is NotLeadingException or ReadRefusedException)
        {
            return new() { Message = e.Message };
        }
    }

    private async ValueTask<LeaseTime?> AskAsync(LeaseQuestion question, CancellationToken cancellationToken)
    {
        if (_standing.IsCorrupt)
        {
            throw new ReadRefusedException(ReadRefusal.Corrupt, _standing.Problem!);
        }

        using var deadline = new CancellationTokenSource(_timeout, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        var problem = "no leader is known";
        while (true)
        {
            var change = _leadership.NextChange;
            try
            {
                var answer = await AskOnceAsync(question, either.Token).ConfigureAwait(false);
                switch (answer.Verdict)
                {
                    case LeaseVerdict.Alive when question.Renews:
                        return answer.Time;
                    case LeaseVerdict.Alive:
                        problem = "this member is behind the leader";
                        await _applier.Waiters.WaitAsync(answer.Time.Index, () => _applier.AppliedIndex, either.Token).ConfigureAwait(false);
                        return answer.Time;
                    case LeaseVerdict.NotFound:
                        return null;
                }

                problem = $"the lease {question.Lease} ran out, and its end is not committed yet";
            }
            catch (Exception e) when (e is NotLeadingException or PeerUnavailableException)
            {
                problem = e.Message;
            }
            catch (OperationCanceledException)
            {
                // The time is over, or the caller went away: told below.
            }

            await PauseAsync(change, either.Token).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            if (deadline.IsCancellationRequested)
            {
                throw new ReadRefusedException(
                    _leadership.Current.Leader.IsNone ? ReadRefusal.NoLeader : ReadRefusal.TimedOut,
                    $"nothing was decided about the lease within {_timeout.TotalSeconds:0.###} s: {problem}");
            }
        }
    }

    private async ValueTask<LeaseAnswer> AskOnceAsync(LeaseQuestion question, CancellationToken cancellationToken)
    {
        var role = _leadership.Current;
        if (role.Leader.IsNone)
        {
            throw new NotLeadingException("no leader is known");
        }

        return role.IsSelf
            ? (await _desk.AnswerAsync([question], cancellationToken).ConfigureAwait(false))[0]
            : await _relay.AskAsync(question).WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask PauseAsync(Task change, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(change, Task.Delay(RetryPause, _time, cancellationToken)).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Told by the caller.
        }
    }
}
