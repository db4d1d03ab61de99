using StateServer.Consensus.Raft;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Reads;

/// <summary>
/// Where read indexes come from (Raft dissertation §6.4): on the leader from quorum rounds, shared by its own reads and by all
/// followers that ask; on a follower from the leader. A failed question is asked again, since asking changes nothing, until its
/// time is over.
/// </summary>
internal sealed class ReadIndexSource : IAsyncDisposable
{
    /// <summary>Followers that may wait for a round at once; each has one request in flight, so seven would do.</summary>
    private const int MostFollowers = 1024;

    /// <summary>After a failed question: about what a heartbeat takes, for the next leader shows up at that pace.</summary>
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(50);

    private readonly IRaftNode _raft;
    private readonly LeadershipWatch _leadership;
    private readonly IReplicaPeers _peers;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly SharedRounds<long> _quorum;
    private IPeerExchange<ReadIndexRequest, ReadIndexReply>? _exchange;
    private NodeId _exchangeLeader;
    private long _sequence;

    /// <summary>Makes one.</summary>
    public ReadIndexSource(
        ReplicaOptions options, IRaftNode raft, LeadershipWatch leadership, IReplicaPeers peers, TimeProvider time)
    {
        _raft = raft;
        _leadership = leadership;
        _peers = peers;
        _time = time;
        _timeout = options.RequestTimeout;
        _quorum = new(ConfirmAsync, MostFollowers, time);
    }

    /// <summary>Quorum rounds begun here so far.</summary>
    public long QuorumRounds => _quorum.Begun;

    /// <summary>The index that a read which waits now must see applied. One caller at a time: sharing is the caller's.</summary>
    /// <param name="deadline">When to give up.</param>
    /// <exception cref="ReadRefusedException">No leader, or no quorum in time.</exception>
    public async ValueTask<long> NextAsync(CancellationToken deadline)
    {
        var problem = "no leader is known";
        while (true)
        {
            var role = _leadership.Current;
            var change = _leadership.NextChange;
            try
            {
                if (role.IsSelf)
                {
                    return await ConfirmedAsync(deadline).ConfigureAwait(false);
                }

                if (!role.Leader.IsNone)
                {
                    return await AskAsync(role.Leader, deadline).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is NotLeadingException or PeerUnavailableException)
            {
                problem = e.Message;
            }
            catch (OperationCanceledException) when (deadline.IsCancellationRequested)
            {
                throw new ReadRefusedException(
                    ReadRefusal.TimedOut, $"no quorum confirmed the leader within {_timeout.TotalSeconds:0.###} s");
            }

            if (!await PauseAsync(change, role.Leader.IsNone, deadline).ConfigureAwait(false))
            {
                throw new ReadRefusedException(
                    role.Leader.IsNone ? ReadRefusal.NoLeader : ReadRefusal.TimedOut,
                    $"no leader could be confirmed within {_timeout.TotalSeconds:0.###} s: {problem}");
            }
        }
    }

    /// <summary>Answers a follower.</summary>
    public async ValueTask<ReadIndexReply> AnswerAsync(ReadIndexRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return new()
            {
                Sequence = request.Sequence,
                Leads = true,
                Index = await ConfirmedAsync(cancellationToken).ConfigureAwait(false),
            };
        }
        catch (Exception e) when (e is NotLeadingException or OperationCanceledException)
        {
            return new() { Sequence = request.Sequence, Message = e.Message };
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await CloseAsync().ConfigureAwait(false);

    private async ValueTask<long> ConfirmedAsync(CancellationToken cancellationToken)
    {
        if (_leadership.Current is { IsSelf: false })
        {
            throw new NotLeadingException("this member does not lead");
        }

        return _quorum.Join() is { } round
            ? await round.WaitAsync(cancellationToken).ConfigureAwait(false)
            : throw new NotLeadingException("too many wait for a quorum round");
    }

    private async ValueTask ConfirmAsync(SharedRound<long> round)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        try
        {
            var started = _time.GetTimestamp();
            round.Complete(await _raft.ConfirmLeadershipAsync(limit.Token).ConfigureAwait(false));
            ReadMeter.QuorumRound(_time.GetElapsedTime(started));
        }
        catch (OperationCanceledException e)
        {
            round.Fail(new NotLeadingException($"no quorum answered within {_timeout.TotalSeconds:0.###} s", e));
        }
    }

    private async ValueTask<long> AskAsync(NodeId leader, CancellationToken deadline)
    {
        if (_exchange is null || _exchangeLeader != leader)
        {
            await CloseAsync().ConfigureAwait(false);
            _exchange = await _peers.OpenReadIndexAsync(leader, deadline).ConfigureAwait(false);
            _exchangeLeader = leader;
        }

        try
        {
            var request = new ReadIndexRequest { Sequence = ++_sequence };
            await _exchange.SendAsync(request, deadline).ConfigureAwait(false);
            while (await _exchange.ReceiveAsync(deadline).ConfigureAwait(false) is { } reply)
            {
                if (reply.Sequence == request.Sequence)
                {
                    return reply.Leads ? reply.Index : throw new NotLeadingException($"member {leader}: {reply.Message}");
                }
            }

            throw new PeerUnavailableException(leader, "it ended the stream of read indexes");
        }
        catch (Exception e) when (e is not NotLeadingException)
        {
            await CloseAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async ValueTask<bool> PauseAsync(Task change, bool forChange, CancellationToken deadline)
    {
        try
        {
            await (forChange ? change.WaitAsync(deadline) : Task.WhenAny(change, Task.Delay(RetryPause, _time, deadline)))
                .ConfigureAwait(false);
            return !deadline.IsCancellationRequested;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async ValueTask CloseAsync()
    {
        if (_exchange is { } exchange)
        {
            _exchange = null;
            await exchange.DisposeAsync().ConfigureAwait(false);
        }
    }
}
