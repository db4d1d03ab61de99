using System.Buffers;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Codec;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// The one loop that empties the <see cref="ProposalQueue"/>: on the leader into log entries of many commands, one entry in
/// flight at a time (what arrives meanwhile makes the next one larger, which was measured to be worth more than overlapping
/// them); on a follower over a <see cref="ForwardLink"/> to the leader; and while there is no leader it waits for one.
/// </summary>
internal sealed class Proposer
{
    /// <summary>After a failed attempt to reach a leader, the next one waits this long.</summary>
    private static readonly TimeSpan LinkPause = TimeSpan.FromMilliseconds(50);

    private readonly ReplicaOptions _options;
    private readonly ProposalQueue _queue;
    private readonly IRaftNode _raft;
    private readonly LeadershipWatch _leadership;
    private readonly Applier _applier;
    private readonly IReplicaPeers _peers;
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
    private Task _nudge = Task.CompletedTask;
    private ForwardLink? _link;
    private Task<ForwardLink>? _opening;
    private NodeId _openingTo;
    private long? _linkFailedAt;
    private string? _lastLinkError;
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
        _peers = peers;
        _space = space;
        _time = time;
        _logger = logger;
        leadership.Changed += (before, _) =>
        {
            queue.LeadershipLost(before.Term);
            queue.Ready.Set();
        };
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

        await CloseLinkAsync().ConfigureAwait(false);
    }

    /// <summary>Does one thing.</summary>
    private async ValueTask<Next> StepAsync(CancellationToken stop)
    {
        var role = _leadership.Current;
        if (role != _role)
        {
            _role = role;
            _inFlight = default;
            if (_link is not null && (role.IsSelf || _link.Leader != role.Leader))
            {
                await CloseLinkAsync().ConfigureAwait(false);
            }
        }

        if (role.IsSelf)
        {
            return IsInFlight() ? Next.WaitForChange : await LeadAsync(role.Term, stop).ConfigureAwait(false);
        }

        return role.Leader.IsNone ? Next.WaitForChange : await FollowAsync(role, stop).ConfigureAwait(false);
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
        if (_inFlightIsForwarded && _nudge.IsCompleted && _queue.IsEmpty)
        {
            _nudge = TellCommitAsync();
        }

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
        _taken.Clear();
        _queue.Take(term, true, _options.MaxBatchBytes, _options.MaxBatchCommands, _taken);
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

    /// <summary>
    /// A follower learns of a commit with the next message from the leader, and only then answers its client. Where no entry
    /// follows at once, a round without one tells it, rather than the next heartbeat.
    /// </summary>
    private async Task TellCommitAsync()
    {
        try
        {
            await _raft.ConfirmLeadershipAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (NotLeadingException)
        {
            // Then the next leader tells.
        }
        catch (Exception e)
        {
            LogOnce(e, ProposalLog.LoopFailed);
        }
    }

    private async ValueTask<Next> FollowAsync(Leadership role, CancellationToken stop)
    {
        if (_link is not { IsBroken: false } && !await LinkAsync(role.Leader, stop).ConfigureAwait(false))
        {
            return Next.WaitForChange;
        }

        if (!_link!.HasRoom)
        {
            return Next.WaitForChange;
        }

        _taken.Clear();
        _queue.Take(role.Term, false, _options.MaxBatchBytes, _options.MaxBatchCommands, _taken);
        if (_taken.Count == 0)
        {
            return NothingTaken();
        }

        return await _link.SendAsync(role.Term, [.. _taken]).ConfigureAwait(false) ? Next.Again : Next.WaitForChange;
    }

    /// <summary>Opens a link in the background: the loop must not wait for a leader that does not answer while another is elected.</summary>
    private async ValueTask<bool> LinkAsync(NodeId leader, CancellationToken stop)
    {
        await CloseLinkAsync().ConfigureAwait(false);
        if (_opening is null)
        {
            if (_linkFailedAt is { } failed && _time.GetElapsedTime(failed) < LinkPause)
            {
                return false;
            }

            _openingTo = leader;
            _opening = OpenAsync(leader, stop);
        }

        if (!_opening.IsCompleted)
        {
            return false;
        }

        var opening = _opening;
        _opening = null;
        try
        {
            _link = await opening.ConfigureAwait(false);
            (_linkFailedAt, _lastLinkError) = (null, null);
        }
        catch (Exception e) when (e is PeerUnavailableException or OperationCanceledException)
        {
            _linkFailedAt = _time.GetTimestamp();
            if (_lastLinkError != e.Message)
            {
                ProposalLog.LinkRefused(_logger, _openingTo, e.Message);
                _lastLinkError = e.Message;
            }

            return false;
        }

        return _link.Leader == leader;
    }

    private async Task<ForwardLink> OpenAsync(NodeId leader, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(_options.ElectionTimeoutLow, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, timer.Token);
        try
        {
            return await ForwardLink.OpenAsync(leader, _peers, _queue, _time, _logger, limit.Token).ConfigureAwait(false);
        }
        finally
        {
            _queue.Ready.Set();
        }
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

    private async ValueTask CloseLinkAsync()
    {
        if (_link is { } link)
        {
            _link = null;
            await link.DisposeAsync().ConfigureAwait(false);
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
