using Microsoft.Extensions.Logging;
using StateServer.Consensus.Commit;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Check-quorum: a leader that a majority of the voters has not answered for an election timeout steps down. The library sees
/// that only when each round's answers or failures are in, and a slow follower's are queued up behind one another.
/// </summary>
internal sealed partial class QuorumMonitor : IDisposable
{
    private readonly NodeId _self;
    private readonly MemberCluster _cluster;
    private readonly RaftLog _log;
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly ITimer _timer;
    private long _term;
    private long _since;

    /// <summary>Looks at each heartbeat.</summary>
    public QuorumMonitor(
        NodeId self, MemberCluster cluster, RaftLog log, ReplicaOptions options, TimeProvider time, ILogger logger)
    {
        _self = self;
        _cluster = cluster;
        _log = log;
        _options = options;
        _time = time;
        _logger = logger;
        _timer = time.CreateTimer(static monitor => ((QuorumMonitor)monitor!).Look(), this, options.Heartbeat, options.Heartbeat);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    [LoggerMessage(EventId = 3010, Level = LogLevel.Warning,
        Message = "stepping down in term {Term}: only {Answering} of {Voters} voters answered within {Milliseconds} ms")]
    private static partial void LogStepDown(ILogger logger, long term, int answering, int voters, double milliseconds);

    [LoggerMessage(EventId = 3011, Level = LogLevel.Error, Message = "the quorum could not be looked at")]
    private static partial void LogFailure(ILogger logger, Exception exception);

    private void Look()
    {
        try
        {
            var term = _cluster.IsLeader ? _log.Leadership.Term : 0;
            if (term == 0 || term != _term)
            {
                _term = term;
                _since = _time.GetTimestamp();
                return;
            }

            var voters = _log.Configuration.Voters;
            var answering = voters.Count(voter => voter == _self || IsFresh(_cluster.LastContact(voter)));
            if (answering < Quorum.Of(voters.Length) && !IsFresh(_since))
            {
                LogStepDown(_logger, term, answering, voters.Length, _options.ElectionTimeoutHigh.TotalMilliseconds);
                _term = 0;
                _ = StepDownAsync();
            }
        }
        catch (Exception exception)
        {
            LogFailure(_logger, exception);
        }
    }

    private bool IsFresh(long timestamp) => timestamp != 0 && _time.GetElapsedTime(timestamp) < _options.ElectionTimeoutHigh;

    private async Task StepDownAsync()
    {
        try
        {
            await _cluster.StepDownAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            LogFailure(_logger, exception);
        }
    }
}
