using Microsoft.Extensions.Logging;
using StateServer.Consensus.Replica;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Proposals;

/// <summary>
/// Keeps a <see cref="ForwardLink"/> to whoever leads. It is opened in the background, for the proposer's loop must not wait for
/// one that does not answer while another is elected. Used by that loop alone.
/// </summary>
internal sealed class LeaderLink : IAsyncDisposable
{
    /// <summary>After a failed attempt to reach a leader, the next one waits this long.</summary>
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromMilliseconds(50);

    private readonly ReplicaOptions _options;
    private readonly ProposalQueue _queue;
    private readonly IReplicaPeers _peers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private ForwardLink? _link;
    private Task<ForwardLink>? _opening;
    private CancellationTokenSource? _openingStop;
    private NodeId _openingTo;
    private long? _failedAt;
    private string? _lastFailure;

    /// <summary>Makes it; nothing is open.</summary>
    public LeaderLink(ReplicaOptions options, ProposalQueue queue, IReplicaPeers peers, TimeProvider time, ILogger logger)
    {
        _options = options;
        _queue = queue;
        _peers = peers;
        _time = time;
        _logger = logger;
    }

    /// <summary>A working link to <paramref name="leader"/>; null while there is none: the queue's signal tells when to ask again.</summary>
    public async ValueTask<ForwardLink?> ToAsync(NodeId leader)
    {
        if (_link is { IsBroken: false } link && link.Leader == leader)
        {
            return link;
        }

        await CloseAsync().ConfigureAwait(false);
        if (_opening is not null && _openingTo != leader)
        {
            // Who no longer leads may never answer: its successor is not kept waiting for that.
            await _openingStop!.CancelAsync().ConfigureAwait(false);
        }

        if (_opening is null)
        {
            Begin(leader);
        }

        return _opening is { IsCompleted: true } ? await FinishAsync(leader).ConfigureAwait(false) : null;
    }

    /// <summary>Closes what is open; an attempt that runs goes on, and is used or closed later.</summary>
    public async ValueTask CloseAsync()
    {
        if (_link is { } link)
        {
            _link = null;
            await link.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_opening is not null)
        {
            await _openingStop!.CancelAsync().ConfigureAwait(false);
            await Task.WhenAny(_opening).ConfigureAwait(false);
            await FinishAsync(default).ConfigureAwait(false);
        }

        await CloseAsync().ConfigureAwait(false);
    }

    private void Begin(NodeId leader)
    {
        if (_failedAt is { } failed && _time.GetElapsedTime(failed) < PauseAfterFailure)
        {
            return;
        }

        _openingTo = leader;
        _openingStop = new();
        _opening = OpenAsync(leader, _openingStop.Token);
        _ = _opening.ContinueWith(
            static (_, queue) => ((ProposalQueue)queue!).Ready.Set(),
            _queue,
            CancellationToken.None,
            TaskContinuationOptions.None,
            TaskScheduler.Default);
    }

    private async ValueTask<ForwardLink?> FinishAsync(NodeId leader)
    {
        var opening = _opening!;
        _opening = null;
        _openingStop!.Dispose();
        try
        {
            _link = await opening.ConfigureAwait(false);
            (_failedAt, _lastFailure) = (null, null);
        }
        catch (Exception e) when (e is PeerUnavailableException or OperationCanceledException)
        {
            _failedAt = _openingTo == leader ? _time.GetTimestamp() : null;
            if (_openingTo == leader && _lastFailure != e.Message)
            {
                ProposalLog.LinkRefused(_logger, _openingTo, e.Message);
                _lastFailure = e.Message;
            }
        }

        if (_link?.Leader == leader)
        {
            return _link;
        }

        if (_openingTo != leader)
        {
            // It was meant for a predecessor: the next question opens one to the leader of now.
            _queue.Ready.Set();
        }

        return null;
    }

    private async Task<ForwardLink> OpenAsync(NodeId leader, CancellationToken stop)
    {
        using var timer = new CancellationTokenSource(_options.ElectionTimeoutLow, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop, timer.Token);
        return await ForwardLink.OpenAsync(leader, _peers, _queue, _time, _logger, limit.Token).ConfigureAwait(false);
    }
}
