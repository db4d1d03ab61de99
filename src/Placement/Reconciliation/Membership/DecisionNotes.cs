using System.Collections.Immutable;
using StateServer.Domain.Commands.Membership;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Planning.Membership.Steps;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>
/// Brings into the log, as events, what this leader decides of the members and no other command tells: that a guard begins to hold
/// healing back, and that leadership is handed over. A note holds nothing up: one that does not come through soon is left behind, to
/// come through or not. Not thread-safe: the loop's alone.
/// </summary>
/// <param name="membership">The log.</param>
/// <param name="term">The term to note in.</param>
/// <param name="time">The clock.</param>
internal sealed class DecisionNotes(IMembership membership, long term, TimeProvider time)
{
    /// <summary>From one note of a kind to the next: a guard that comes and goes doesn't fill the log.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(1);

    /// <summary>A guard that holds for less is told by status alone: an instance that ends is gone for the provider a second before it falls silent.</summary>
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(3);

    /// <summary>How long a note may take; a commit takes milliseconds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>These have events of their own: an operator's pause, and a restore.</summary>
    private static readonly ImmutableHashSet<string> ToldElsewhere = ["paused", "restored"];

    private readonly Dictionary<string, long> _notedAt = [];
    private readonly Dictionary<string, long> _heldSince = [];
    private ImmutableSortedSet<string> _told = [];

    /// <summary>Notes the guards that have held something back for a while, once.</summary>
    public async Task TellAsync(MembershipReport report, CancellationToken stop)
    {
        foreach (var over in _heldSince.Keys.Where(guard => !report.Guards.Contains(guard)).ToList())
        {
            _heldSince.Remove(over);
            _told = _told.Remove(over);
        }

        foreach (var guard in report.Guards.Except(_told).Except(ToldElsewhere))
        {
            _heldSince.TryAdd(guard, time.GetTimestamp());
            if (time.GetElapsedTime(_heldSince[guard]) < Lasting)
            {
                continue;
            }

            _told = _told.Add(guard);
            await NoteAsync(guard, new(null, $"the guard {guard} holds the members' healing back: {Why(report)}"), stop).ConfigureAwait(false);
        }
    }

    /// <summary>Notes that leadership is handed over.</summary>
    public Task TellAsync(HandOverStep handOver, CancellationToken stop) =>
        NoteAsync("hand over", new(handOver.Target, $"it is to lead: {handOver.Reason}"), stop);

    private static string Why(MembershipReport report) => report.Stopped.Length > 0
        ? report.Stopped
        : string.Join("; ", report.Decisions.Select(decision => decision.Awaits).Where(line => line.Length > 0).Distinct());

    private async Task NoteAsync(string kind, NoteDecisionCommand note, CancellationToken stop)
    {
        if (_notedAt.TryGetValue(kind, out var noted) && time.GetElapsedTime(noted) < Pause)
        {
            return;
        }

        _notedAt[kind] = time.GetTimestamp();
        using var limit = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stop);
        try
        {
            // Not withdrawn: where a disk stalls, and the note may say so, a commit takes longer than the patience.
            await membership.ProposeAsync(note, term, stop).OrLeaveAsync(either.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is MembershipException || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            // The decision stands without its note; status and metrics tell it too.
        }
    }
}
