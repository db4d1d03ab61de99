using Google.Protobuf;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Replica;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// This member's way to one leader for its proposals: one stream, at most <see cref="Window"/> messages unanswered, so that
/// what arrives meanwhile travels together. The proposer's loop opens and uses it; a loop of its own reads the answers.
/// </summary>
internal sealed class ForwardLink : IAsyncDisposable
{
    /// <summary>
    /// Messages that may be unanswered: one that the leader's log is taking, and one that waits for its next entry, so that no
    /// entry leaves without what was there in time.
    /// </summary>
    public const int Window = 2;

    /// <summary>How long a leader that took nothing is left alone.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly IPeerExchange<ForwardRequest, ForwardReply> _exchange;
    private readonly ProposalQueue _queue;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<long, Message> _unanswered = [];
    private readonly Task _reading;
    private long _sequence;
    private long _pausedSince = long.MinValue / 2;
    private volatile bool _broken;

    private ForwardLink(
        NodeId leader,
        IPeerExchange<ForwardRequest, ForwardReply> exchange,
        ProposalQueue queue,
        TimeProvider time,
        ILogger logger)
    {
        Leader = leader;
        _exchange = exchange;
        _queue = queue;
        _time = time;
        _logger = logger;
        _reading = Task.Run(ReadAsync);
    }

    /// <summary>The leader at the other end.</summary>
    public NodeId Leader { get; }

    /// <summary>True once nothing more can be sent.</summary>
    public bool IsBroken => _broken;

    /// <summary>True while another message may be sent.</summary>
    public bool HasRoom
    {
        get
        {
            if (_time.GetElapsedTime(Volatile.Read(ref _pausedSince)) < Pause)
            {
                return false;
            }

            lock (_lock)
            {
                return _unanswered.Count < Window;
            }
        }
    }

    /// <summary>Opens a link; nothing has been sent when this fails.</summary>
    /// <exception cref="PeerUnavailableException">The leader can't be reached.</exception>
    public static async ValueTask<ForwardLink> OpenAsync(
        NodeId leader,
        IReplicaPeers peers,
        ProposalQueue queue,
        TimeProvider time,
        ILogger logger,
        CancellationToken cancellationToken)
        => new(leader, await peers.OpenForwardAsync(leader, cancellationToken).ConfigureAwait(false), queue, time, logger);

    /// <summary>Sends commands that were taken for <paramref name="term"/>.</summary>
    /// <returns>False where the link broke: whether they arrived is then not known.</returns>
    public async ValueTask<bool> SendAsync(long term, QueuedCommands[] commands)
    {
        var sequence = ++_sequence;
        lock (_lock)
        {
            _unanswered.Add(sequence, new(term, commands, _time.GetTimestamp()));
        }

        try
        {
            await _exchange.SendAsync(Encode(sequence, term, commands), _stop.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is PeerUnavailableException or OperationCanceledException)
        {
            Break(e);
            return false;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _broken = true;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _exchange.DisposeAsync().ConfigureAwait(false);
        await _reading.ConfigureAwait(false);
        _stop.Dispose();
    }

    private static ForwardRequest Encode(long sequence, long term, QueuedCommands[] commands)
    {
        var length = 0;
        var grows = false;
        foreach (var one in commands)
        {
            length += one.Items.Length;
            grows |= one.Grows;
        }

        var items = new byte[length];
        var at = 0;
        foreach (var one in commands)
        {
            one.Items.Span.CopyTo(items.AsSpan(at));
            at += one.Items.Length;
        }

        return new()
        {
            Sequence = sequence,
            Term = term,
            Count = commands.Length,
            Grows = grows,
            Items = UnsafeByteOperations.UnsafeWrap(items),
        };
    }

    private async Task ReadAsync()
    {
        try
        {
            while (await _exchange.ReceiveAsync(_stop.Token).ConfigureAwait(false) is { } reply)
            {
                Settle(reply);
            }

            Break(null);
        }
        catch (Exception e)
        {
            Break(e);
        }
    }

    private void Settle(ForwardReply reply)
    {
        Message? message;
        lock (_lock)
        {
            if (!_unanswered.Remove(reply.Sequence, out message))
            {
                return;
            }
        }

        ProposalMeter.Forwarded(_time.GetElapsedTime(message.Sent));
        switch (reply.Answer)
        {
            case ForwardReply.Types.Answer.Appended or ForwardReply.Types.Answer.Unknown:
                break;
            case ForwardReply.Types.Answer.NotLeading or ForwardReply.Types.Answer.Stopping or ForwardReply.Types.Answer.Corrupt:
                // It does not know yet that it leads, or no longer does, or is about to hand over: nothing was appended, so ask
                // again in a while, or whoever leads then.
                Volatile.Write(ref _pausedSince, _time.GetTimestamp());
                _queue.PutBack(message.Commands, message.Term, reply.Message);
                break;
            default:
                _queue.Refuse(message.Commands, message.Term, ReasonOf(reply.Answer), $"the leader: {reply.Message}", null);
                break;
        }

        _queue.Ready.Set();
    }

    private static ProposalRefusal ReasonOf(ForwardReply.Types.Answer answer) => answer switch
    {
        ForwardReply.Types.Answer.QueueFull => ProposalRefusal.QueueFull,
        ForwardReply.Types.Answer.NoSpace => ProposalRefusal.NoSpace,
        ForwardReply.Types.Answer.Malformed => ProposalRefusal.TooLarge,
        _ => ProposalRefusal.NoLeader,
    };

    private void Break(Exception? cause)
    {
        List<Message> lost;
        lock (_lock)
        {
            if (_broken)
            {
                return;
            }

            _broken = true;
            lost = [.. _unanswered.Values];
            _unanswered.Clear();
        }

        if (cause is not null and not OperationCanceledException)
        {
            ProposalLog.LinkBroke(_logger, Leader, cause.Message);
        }

        foreach (var message in lost)
        {
            _queue.ConnectionLost(message.Term);
        }

        _queue.Ready.Set();
    }

    private sealed record Message(long Term, QueuedCommands[] Commands, long Sent);
}
