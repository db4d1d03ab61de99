using System.Diagnostics.Metrics;
using Google.Protobuf;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Log;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Transport;
using StateServer.Domain.Identity;
using StateServer.Protos.Peer;

namespace StateServer.Consensus.Raft;

/// <summary>
/// Sends one learner the log of this leader, in one term: entries where the log has them, else the newest snapshot, and a
/// heartbeat where there is nothing to send; one message in flight. What the learner answers counts for its progress alone, never
/// for commits, reads or quorums. It survives whatever goes wrong, and ends with the leadership. <see cref="Progress"/> may be
/// read from any thread.
/// </summary>
internal sealed partial class LearnerPusher : IAsyncDisposable
{
    /// <summary>Payload bytes of one message, as for voters; one larger entry travels alone.</summary>
    private const int MaxAppendBytes = 4 * 1024 * 1024;

    /// <summary>What a slow disk and network are granted for each byte of an append, bytes a second; as for voters.</summary>
    private const double SlowestBytesPerSecond = 8 * 1024 * 1024;

    private static readonly Counter<long> Messages = RaftMeter.Meter.CreateCounter<long>(
        "stateserver.learner.messages", "{message}", "Appends, heartbeats and snapshots sent to learners, by learner and whether they failed");

    private static readonly Gauge<long> Lag = RaftMeter.Meter.CreateGauge<long>(
        "stateserver.learner.lag", "{entry}", "Entries of the leader's log that a learner had not acknowledged after its last round");

    private readonly RosterMember _learner;
    private readonly long _term;
    private readonly RaftLog _log;
    private readonly IPeerLink _link;
    private readonly ReplicaOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Signal _wake = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _heartbeat;
    private readonly KeyValuePair<string, object?> _tag;
    private readonly Task _loop;
    private LearnerProgress _progress;
    private long _next;
    private long _sequence;

    /// <summary>Begins to send.</summary>
    /// <param name="learner">The learner; its folder and address are known.</param>
    /// <param name="term">The term that this member leads.</param>
    /// <param name="log">This member's log.</param>
    /// <param name="link">The way to the learner; disposed with this.</param>
    /// <param name="options">The replica's options.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log for people.</param>
    public LearnerPusher(
        RosterMember learner, long term, RaftLog log, IPeerLink link, ReplicaOptions options, TimeProvider time, ILogger logger)
    {
        _learner = learner;
        _term = term;
        _log = log;
        _link = link;
        _options = options;
        _time = time;
        _logger = logger;
        _tag = new("learner", learner.Id.ToString());
        _progress = new() { Id = learner.Id };
        _next = log.LastIndex + 1;
        _log.Advanced += _wake.Set;
        _heartbeat = time.CreateTimer(static wake => ((Signal)wake!).Set(), _wake, options.Heartbeat, options.Heartbeat);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>The learner.</summary>
    public RosterMember Learner => _learner;

    /// <summary>The term that it sends in.</summary>
    public long Term => _term;

    /// <summary>How far the learner is.</summary>
    public LearnerProgress Progress => Volatile.Read(ref _progress);

    /// <summary>Sends now what there is, a heartbeat at least.</summary>
    public void Wake() => _wake.Set();

    /// <summary>Ends it; what is in flight is given up.</summary>
    public async ValueTask DisposeAsync()
    {
        _log.Advanced -= _wake.Set;
        await _stop.CancelAsync().ConfigureAwait(false);
        await _heartbeat.DisposeAsync().ConfigureAwait(false);
        _link.AbortAppend();
        _wake.Set();
        await _loop.ConfigureAwait(false);
        _link.Dispose();
        _stop.Dispose();
    }

    [LoggerMessage(EventId = 3030, Level = LogLevel.Information, Message = "learner {Name} ({Learner}) gets nothing for now: {Why}")]
    private static partial void LogFailure(ILogger logger, string name, NodeId learner, string why);

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            bool more;
            try
            {
                more = await PushAsync(_stop.Token).ConfigureAwait(false);
                Messages.Add(1, _tag, new("failed", false));
            }
            catch (Exception exception)
            {
                if (_stop.IsCancellationRequested)
                {
                    return;
                }

                Messages.Add(1, _tag, new("failed", true));
                Note(progress => progress with { Snapshot = null }, exception is PeerUnavailableException { Reason: var why } ? why : exception.Message);
                await PauseAsync().ConfigureAwait(false);
                continue;
            }

            if (!more)
            {
                await _wake.WaitAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>A learner that can't be reached is tried again with the next heartbeat, not with each commit.</summary>
    private async Task PauseAsync()
    {
        try
        {
            await Task.Delay(_options.Heartbeat, _time, _stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    /// <returns>True where there is more to send at once.</returns>
    private async Task<bool> PushAsync(CancellationToken cancellationToken)
    {
        var last = _log.LastIndex;
        var request = new AppendRequest
        {
            Sequence = ++_sequence,
            Term = _term,
            PreviousIndex = _next - 1,
            CommitIndex = _log.CommitIndex,
        };
        if (Fill(request, last) is not { } bytes)
        {
            await SendSnapshotAsync(cancellationToken).ConfigureAwait(false);
            return true;
        }

        var timeout = _options.ElectionTimeoutLow + TimeSpan.FromSeconds(bytes / SlowestBytesPerSecond);
        var reply = await _link.AppendAsync(request, timeout, cancellationToken).ConfigureAwait(false);
        return Take(reply, request, last);
    }

    /// <returns>The payloads' bytes; null where the log has no longer what the learner needs, and a snapshot must stand for it.</returns>
    private long? Fill(AppendRequest request, long last)
    {
        if (_next < _log.FirstIndex || _log.TermAt(request.PreviousIndex) is not { } previousTerm)
        {
            return null;
        }

        request.PreviousTerm = previousTerm;
        long bytes = 0;
        if (_next <= last)
        {
            var records = new List<LogRecord>();
            try
            {
                _log.Read(_next, last, MaxAppendBytes, records);
            }
            catch (ArgumentOutOfRangeException) when (_next < _log.FirstIndex)
            {
                return null;
            }

            foreach (var record in records)
            {
                bytes += record.Payload.Length;
                request.Entries.Add(new Entry
                {
                    Term = record.Term,
                    Kind = (int)record.Kind,
                    Payload = UnsafeByteOperations.UnsafeWrap(record.Payload),
                });
            }
        }

        return bytes;
    }

    private bool Take(AppendReply reply, AppendRequest request, long last)
    {
        var now = _time.GetTimestamp();
        if (reply.Answer == AppendReply.Types.Answer.Rejected)
        {
            if (reply.Term > _term)
            {
                Note(
                    progress => progress with { MatchIndex = 0, LastIndex = last, LastContactTimestamp = now },
                    $"it is in term {reply.Term}, above this leader's {_term}");
                return false;
            }

            // Its log parts from this one, or ends before: go on where they meet, always further back.
            _next = Math.Clamp(reply.LastIndex + 1, 1, Math.Max(1, _next - 1));
            Note(progress => progress with { MatchIndex = 0, LastIndex = last, LastContactTimestamp = now }, null);
            return true;
        }

        var match = request.PreviousIndex + request.Entries.Count;
        _next = match + 1;
        Note(
            progress => progress with
            {
                MatchIndex = match,
                LastIndex = last,
                AcknowledgedTimestamp = now,
                LastContactTimestamp = now,
                Snapshot = null,
            },
            null);
        Lag.Record(last - match, _tag);
        return match < last;
    }

    private async Task SendSnapshotAsync(CancellationToken cancellationToken)
    {
        var reply = await _link.SendSnapshotAsync(
            _term,
            sent => Note(progress => progress with { Snapshot = sent, LastContactTimestamp = _time.GetTimestamp() }, null),
            cancellationToken).ConfigureAwait(false);
        if (reply.Answer == AppendReply.Types.Answer.Rejected)
        {
            throw new IOException($"it refused the snapshot, in term {reply.Term}");
        }

        // A newer one may have been sent than the log began with: its next answer tells where it is.
        _next = _log.LastIndex + 1;
        Note(progress => progress with { Snapshot = null, LastContactTimestamp = _time.GetTimestamp() }, null);
    }

    private void Note(Func<LearnerProgress, LearnerProgress> change, string? problem)
    {
        var before = Progress;
        var after = change(before) with { Problem = problem };
        var stretch = LearningStretch.Of(before.Stretch, after.Snapshot is not null, after.Share, _time.GetTimestamp());
        Volatile.Write(ref _progress, after with { Stretch = stretch });
        if (problem is not null && problem != before.Problem)
        {
            LogFailure(_logger, _learner.Name, _learner.Id, problem);
        }
    }
}
