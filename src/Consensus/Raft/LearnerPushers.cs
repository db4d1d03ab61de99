using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Membership;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// One <see cref="LearnerPusher"/> for each learner, while this member leads: at each heartbeat it looks who is in the roster, and
/// not among the voters in force, and starts and ends pushers to match. So they die with their leader, the next one begins its
/// own, a promotion ends one and a promotion that is truncated begins it again, and nobody has to be told. Thread-safe.
/// </summary>
internal sealed partial class LearnerPushers : IAsyncDisposable
{
    /// <summary>Learners that are taught at once: more than a cluster of 7 replaces together, and each costs a stream. The rest wait, in order of their ids.</summary>
    public const int Most = 8;

    private readonly NodeId _self;
    private readonly MemberCluster _cluster;
    private readonly RaftLog _log;
    private readonly Func<RosterMember, IPeerLink> _makeLink;
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _looking = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _timer;
    private ImmutableSortedDictionary<NodeId, LearnerPusher> _pushers = ImmutableSortedDictionary<NodeId, LearnerPusher>.Empty;
    private MemberRoster _roster;
    private ImmutableList<Task> _ending = [];
    private Task _restating = Task.CompletedTask;
    private string? _lastFailure;
    private bool _tooMany;
    private bool _closed;

    /// <summary>Begins to look.</summary>
    /// <param name="self">This member.</param>
    /// <param name="cluster">The library's half of it.</param>
    /// <param name="log">Its log.</param>
    /// <param name="roster">Who belongs to the cluster, as far as is known.</param>
    /// <param name="makeLink">Makes the way to a learner.</param>
    /// <param name="options">The replica's options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log for people.</param>
    public LearnerPushers(
        NodeId self,
        MemberCluster cluster,
        RaftLog log,
        MemberRoster roster,
        Func<RosterMember, IPeerLink> makeLink,
        ReplicaOptions options,
        TimeProvider time,
        ILogger logger)
    {
        _self = self;
        _cluster = cluster;
        _log = log;
        _roster = roster;
        _makeLink = makeLink;
        _options = options;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(static pushers => ((LearnerPushers)pushers!).Look(), this, options.Heartbeat, options.Heartbeat);
    }

    /// <summary>Who belongs to the cluster from now on; seen at the next heartbeat.</summary>
    public MemberRoster Roster
    {
        get => Volatile.Read(ref _roster);
        set => Volatile.Write(ref _roster, value);
    }

    /// <summary>What this leader knows of its learners; none where it doesn't lead.</summary>
    public ImmutableDictionary<NodeId, LearnerProgress> Progress => _cluster.IsLeader && !Volatile.Read(ref _pushers).IsEmpty
        ? Volatile.Read(ref _pushers).ToImmutableDictionary(item => item.Key, item => item.Value.Progress)
        : ImmutableDictionary<NodeId, LearnerProgress>.Empty;

    /// <summary>The pusher of a learner; null where there is none.</summary>
    public LearnerPusher? Of(NodeId learner) => Volatile.Read(ref _pushers).GetValueOrDefault(learner);

    /// <summary>Ends all of them.</summary>
    public async ValueTask DisposeAsync()
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        lock (_looking)
        {
            _closed = true;
            End(_pushers.Values);
            _pushers = _pushers.Clear();
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_ending.Add(_restating)).ConfigureAwait(false);
        _stop.Dispose();
    }

    [LoggerMessage(EventId = 3031, Level = LogLevel.Error, Message = "the learners could not be looked after")]
    private static partial void LogFailed(ILogger logger, Exception exception);

    [LoggerMessage(EventId = 3032, Level = LogLevel.Warning, Message = "there are {Count} learners, and only {Most} are taught at once; the others wait")]
    private static partial void LogTooMany(ILogger logger, int count, int most);

    [LoggerMessage(EventId = 3033, Level = LogLevel.Information, Message = "the first configuration could not be said again for learners: {Why}")]
    private static partial void LogNotRestated(ILogger logger, string why);

    private void Look()
    {
        if (!_looking.TryEnter())
        {
            return;
        }

        try
        {
            if (!_closed)
            {
                Match(_cluster.IsLeader ? _log.Leadership.Term : 0);
            }
        }
        catch (Exception exception)
        {
            LogFailed(_logger, exception);
        }
        finally
        {
            _looking.Exit();
        }
    }

    private void Match(long term)
    {
        var wanted = term == 0 ? [] : Wanted();
        var stale = _pushers.Values.Where(pusher => pusher.Term != term || !wanted.Contains(pusher.Learner)).ToList();
        End(stale);
        var pushers = _pushers.RemoveRange(stale.Select(pusher => pusher.Learner.Id));
        foreach (var learner in wanted.Where(learner => !pushers.ContainsKey(learner.Id)))
        {
            pushers = pushers.Add(learner.Id, new(learner, term, _log, _makeLink(learner), _options, _time, _logger));
        }

        Volatile.Write(ref _pushers, pushers);
        if (!pushers.IsEmpty && _restating.IsCompleted && _log.NewestConfiguration.Index == 0)
        {
            _restating = Task.Run(RestateAsync);
        }
    }

    /// <summary>
    /// A new cluster's first configuration is in its members' identity files, and in no log: a learner would not know who votes. So
    /// the first leader that teaches one says it again, as an entry, and changes nobody's vote by it.
    /// </summary>
    private async Task RestateAsync()
    {
        try
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
            patience.CancelAfter(_options.RequestTimeout);
            await _cluster.ChangeAsync(voters => voters, patience.Token).ConfigureAwait(false);
            _lastFailure = null;
        }
        catch (Exception exception)
        {
            // The next heartbeat tries again, as long as this member leads.
            if (_lastFailure != exception.Message && !_stop.IsCancellationRequested)
            {
                _lastFailure = exception.Message;
                LogNotRestated(_logger, exception.Message);
            }
        }
    }

    private List<RosterMember> Wanted()
    {
        var roster = Roster;
        var voters = _log.Configuration;
        var learners = roster.Members
            .Where(member => member.Id != _self
                && !member.Folder.IsNone
                && member.PeerAddress.Length > 0
                && !voters.Contains(member.Id)
                && !roster.Removed.Contains(member.Id))
            .OrderBy(member => member.Id)
            .ToList();
        if (learners.Count > Most != _tooMany)
        {
            _tooMany = !_tooMany;
            if (_tooMany)
            {
                LogTooMany(_logger, learners.Count, Most);
            }
        }

        return [.. learners.Take(Most)];
    }

    private void End(IEnumerable<LearnerPusher> pushers)
        => _ending = _ending.RemoveAll(task => task.IsCompleted).AddRange(pushers.Select(pusher => Task.Run(() => pusher.DisposeAsync().AsTask())));
}
