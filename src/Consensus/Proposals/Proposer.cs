using System.Buffers;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// The one loop that empties the <see cref="ProposalQueue"/>: on the leader into log entries of many commands, one entry in
/// flight at a time (what arrives meanwhile makes the next one larger, which was measured to be worth more than overlapping
/// them); on a follower over a <see cref="ForwardLink"/> to the leader; and while there is no leader it waits for one.
/// </summary>
internal sealed class Proposer : IAsyncDisposable
{
    private readonly ReplicaOptions _options;
    private readonly ProposalQueue _queue;
    private readonly IRaftNode _raft;
    private readonly LeadershipWatch _leadership;
    private readonly Applier _applier;
    private readonly LeaderLink _link;
    private readonly CommitNews _news;
    private readonly SpaceGate _space;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ArrayBufferWriter<byte> _entry = new(64 * 1024);
    private readonly List<QueuedCommands> _taken = [];

    private Leadership _role = new(0, default, false);
    private EntryPosition _inFlight;
    private bool _inFlightIsForwarded;
    private bool _waitsForApply;
    private long _inFlightSince;
    private long _begunTerm;
    private string? _lastFailure;

    /// <summary>Makes the loop; <see cref="RunAsync"/> runs it.</summary>
    public Proposer(
        ReplicaOptions options,
        ProposalQueue queue,
        IRaftNode raft,
        LeadershipWatch leadership,
        Applier applier,
        IReplicaPeers peers,
        SpaceGate space,
        TimeProvider time,
        ILogger logger)
    {
        _options = options;
        _queue = queue;
        _raft = raft;
        _leadership = leadership;
        _applier = applier;
        _link = new(options, queue, peers, time, logger);
        _news = new(raft, time);
        _space = space;
        _time = time;
        _logger = logger;
        leadership.Changed += (before, _) => queue.LeadershipLost(before.Term);

        // Behind the watch, which saw it first; a hand-over that comes to nothing changes no leader.
        raft.Changed += _ => queue.Ready.Set();
    }

    /// <summary>Tells that entries were applied: wakes the loop where it waits for that. Called by the applier.</summary>
    public void Advanced()
    {
        if (Volatile.Read(ref _waitsForApply))
        {
            Volatile.Write(ref _waitsForApply, false);
            _queue.Ready.Set();
        }
    }

    /// <summary>Runs until <paramref name="stop"/>; survives every exception.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var wake = stop.UnsafeRegister(static queue => ((ProposalQueue)queue!).Ready.Set(), _queue);
        while (!stop.IsCancellationRequested)
        {
            try
            {
                switch (await StepAsync(stop).ConfigureAwait(false))
                {
                    case Next.WaitForArrival:
                        await _queue.WaitForArrivalAsync().ConfigureAwait(false);
                        break;
                    case Next.WaitForChange:
                        await _queue.Ready.WaitAsync().ConfigureAwait(false);
                        break;
                }
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                LogOnce(e, ProposalLog.LoopFailed);
                await _queue.Ready.WaitAsync().ConfigureAwait(false);
            }
        }

        await DisposeAsync().ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _news.Dispose();
        return _link.DisposeAsync();
    }

    /// <summary>Does one thing.</summary>
    private async ValueTask<Next> StepAsync(CancellationToken stop)
    {
        var role = _leadership.Current;
        if (role != _role)
        {
            _role = role;
            _inFlight = default;
            if (role.IsSelf || role.Leader.IsNone)
            {
                await _link.CloseAsync().ConfigureAwait(false);
            }
        }

        if (role.IsSelf)
        {
            return IsInFlight() ? Next.WaitForChange : await LeadAsync(role.Term, stop).ConfigureAwait(false);
        }

        return role.Leader.IsNone ? Next.WaitForChange : await FollowAsync(role).ConfigureAwait(false);
    }

    /// <summary>Nothing was there to be taken: either nothing waits, or what this loop believes of the term is out of date.</summary>
    private Next NothingTaken() => _queue.IsEmpty ? Next.WaitForArrival : Next.WaitForChange;

    private bool IsInFlight()
    {
        if (_inFlight.Index == 0)
        {
            return false;
        }

        Volatile.Write(ref _waitsForApply, true);
        Interlocked.MemoryBarrier();
        if (_applier.Point.Index < _inFlight.Index)
        {
            return true;
        }

        Volatile.Write(ref _waitsForApply, false);
        ProposalMeter.Applied(_time.GetElapsedTime(_inFlightSince));
        _news.Committed(_inFlightIsForwarded, !_queue.IsEmpty);
        _inFlight = default;
        return false;
    }

    private async ValueTask<Next> LeadAsync(long term, CancellationToken stop)
    {
        // The token is handed out once the first entry of the term was applied.
        Volatile.Write(ref _waitsForApply, true);
        Interlocked.MemoryBarrier();
        if (_raft.LeadershipToken.IsCancellationRequested)
        {
            return Next.WaitForChange;
        }

        Volatile.Write(ref _waitsForApply, false);
        if (_raft.IsHandingOver)
        {
            // What is this member's own is held until that ends; a follower gives its own to whoever leads next.
            _queue.RefuseForwarded(ProposalRefusal.NoLeader, "leadership is being handed over");
            return Next.WaitForChange;
        }

        _taken.Clear();
        _queue.Take(term, true, _options.MaxBatchBytes, _options.MaxBatchCommands, _taken);
        TellBegin(term);
        if (_taken.Count == 0)
        {
            return NothingTaken();
        }

        var commands = Encode();
        _inFlightSince = _time.GetTimestamp();
        try
        {
            var position = await _raft.AppendAsync(term, _entry.WrittenMemory, !_taken.Exists(taken => taken.Grows), stop).ConfigureAwait(false);
            Appended(position, commands);
            return Next.Again;
        }
        catch (NotLeadingException e)
        {
            _queue.PutBack(_taken, term, e.Message);
            _leadership.Refresh();
            return _leadership.Current != _role ? Next.Again : Next.WaitForChange;
        }
        catch (LogSpaceException e)
        {
            _space.LogIsFull(e.Message);
            _queue.Refuse(_taken, term, ProposalRefusal.NoSpace, e.Message, e);
            return Next.Again;
        }
        catch (Exception e)
        {
            LogOnce(e, ProposalLog.AppendFailed);
            foreach (var batch in _taken.OfType<ForwardedBatch>())
            {
                batch.Unknown(e.Message);
            }

            return Next.WaitForChange;
        }
    }

    /// <summary>
    /// Followers hold what they had sent to the leader before until they have applied an entry of this term: where none follows the
    /// first one that would tell them of its commit, a round without one does, rather than the next heartbeat.
    /// </summary>
    private void TellBegin(long term)
    {
        if (_begunTerm != term && _taken.Count == 0)
        {
            _raft.TellCommit();
        }

        _begunTerm = term;
    }

    private void Appended(EntryPosition position, int commands)
    {
        _inFlightIsForwarded = false;
        foreach (var taken in _taken)
        {
            if (taken is ForwardedBatch batch)
            {
                _inFlightIsForwarded = true;
                batch.Appended();
            }
        }

        _inFlight = position;
        _news.Appended();
        ProposalMeter.Appended(commands, _entry.WrittenCount);
    }

    private int Encode()
    {
        var commands = 0;
        foreach (var taken in _taken)
        {
            commands += taken.Count;
        }

        _entry.ResetWrittenCount();
        BatchCodec.EncodeHeader(
            _entry, _applier.Point.State.FeatureLevel, _time.GetUtcNow().ToUnixTimeMilliseconds(), commands);
        foreach (var taken in _taken)
        {
            _entry.Write(taken.Items.Span);
        }

        return commands;
    }

    private async ValueTask<Next> FollowAsync(Leadership role)
    {
        if (await _link.ToAsync(role.Leader).ConfigureAwait(false) is not { HasRoom: true } link)
        {
            return Next.WaitForChange;
        }

        _taken.Clear();
        _queue.Take(role.Term, false, _options.MaxBatchBytes, _options.MaxBatchCommands, _taken);
        if (_taken.Count == 0)
        {
            return NothingTaken();
        }

        return await link.SendAsync(role.Term, [.. _taken]).ConfigureAwait(false) ? Next.Again : Next.WaitForChange;
    }

    /// <summary>Logs a failure, unless it is the one logged last.</summary>
    private void LogOnce(Exception failure, Action<ILogger, Exception> log)
    {
        var cause = $"{failure.GetType().Name}: {failure.Message}";
        if (Interlocked.Exchange(ref _lastFailure, cause) != cause)
        {
            log(_logger, failure);
        }
    }

    /// <summary>What the loop does after a step.</summary>
    private enum Next
    {
        Again,
        WaitForArrival,
        WaitForChange,
    }
}
