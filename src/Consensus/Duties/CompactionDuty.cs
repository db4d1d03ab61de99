using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using StateServer.Consensus.Replica;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Consensus.Duties;

/// <summary>
/// Compacts on a schedule, by etcd's rules (server/etcdserver/api/v3compactor). Every member notes its revision from time to
/// time, by its monotonic clock; the leader alone proposes. So a new leader has the notes that the old one had, and only a
/// cluster that was restarted whole waits for a full period again.
/// </summary>
internal sealed class CompactionDuty
{
    /// <summary>Of the schedule by time: compactions follow each other by the period, or by this where that is longer.</summary>
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    /// <summary>Of the schedule by revisions: time between two compactions.</summary>
    private static readonly TimeSpan RevisionInterval = TimeSpan.FromMinutes(5);

    /// <summary>Notes, and attempts after a failure, in the time between two compactions.</summary>
    private const int NotesAnInterval = 10;

    private static readonly Counter<long> Compactions = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.compaction.scheduled", "{compaction}", "Compactions that this member proposed on its schedule");

    private readonly AutoCompaction _rule;
    private readonly Applier _applier;
    private readonly LeadershipWatch _leadership;
    private readonly IInternalProposals _proposals;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly TimeSpan _interval;
    private readonly int _mostNotes;
    private readonly Queue<(long Noted, Revision Revision)> _notes = [];
    private Revision _compacted;
    private bool _hasLed;
    private long _turn;

    /// <summary>Makes it.</summary>
    public CompactionDuty(
        AutoCompaction rule,
        Applier applier,
        LeadershipWatch leadership,
        IInternalProposals proposals,
        TimeProvider time,
        ILogger logger)
    {
        _rule = rule;
        _applier = applier;
        _leadership = leadership;
        _proposals = proposals;
        _time = time;
        _logger = logger;
        _interval = IntervalOf(rule);
        _mostNotes = rule.Period > TimeSpan.Zero ? (int)(rule.Period / PauseOf(rule)) + 2 : 0;
        _compacted = applier.Point.State.Keyspace.CompactedRevision;
        _turn = time.GetTimestamp();
    }

    /// <summary>How often it must be performed: a tenth of the time between two compactions.</summary>
    public static TimeSpan PauseOf(AutoCompaction rule) => IntervalOf(rule) / NotesAnInterval;

    /// <summary>Notes the revision, and compacts where that is due.</summary>
    public async ValueTask PerformAsync(CancellationToken cancellationToken)
    {
        var keyspace = _applier.Point.State.Keyspace;
        var due = _rule.Period > TimeSpan.Zero ? DueByTime(keyspace.Revision) : new Revision(keyspace.Revision.Value - _rule.Revisions);
        var isNew = !_hasLed;
        _hasLed = _leadership.Current.IsSelf;
        if ((isNew || !_hasLed) && keyspace.CompactedRevision != _compacted)
        {
            // Whoever leads next goes on from the last compaction, not from its own last turn.
            (_compacted, _turn) = (keyspace.CompactedRevision, _time.GetTimestamp());
        }

        if (!_hasLed)
        {
            return;
        }

        if (due is not { } revision || revision.Value <= Math.Max(0, keyspace.CompactedRevision.Value) || _time.GetElapsedTime(_turn) < _interval)
        {
            return;
        }

        var outcome = await _proposals.ProposeAsync(new CompactCommand(revision), cancellationToken).ConfigureAwait(false);
        _turn = _time.GetTimestamp();
        if (outcome is CompactOutcome)
        {
            Compactions.Add(1);
            DutyLog.Compacted(_logger, revision.Value);
        }
    }

    private static TimeSpan IntervalOf(AutoCompaction rule) => rule.Period <= TimeSpan.Zero
        ? RevisionInterval
        : rule.Period < LongestInterval ? rule.Period : LongestInterval;

    /// <summary>The newest revision noted at least a period ago.</summary>
    private Revision? DueByTime(Revision now)
    {
        while (_notes.Count > 1 && IsOld(_notes.ElementAt(1)))
        {
            _notes.Dequeue();
        }

        Revision? due = _notes.TryPeek(out var oldest) && IsOld(oldest) ? oldest.Revision : null;
        if (_notes.Count == _mostNotes)
        {
            _notes.Dequeue();
        }

        _notes.Enqueue((_time.GetTimestamp(), now));
        return due;
    }

    private bool IsOld((long Noted, Revision Revision) note) => _time.GetElapsedTime(note.Noted) >= _rule.Period;
}
