using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Reconciliation.Acting;

namespace StateServer.Placement.Reconciliation.Explaining;

/// <summary>
/// Brings into the log why things wait, at a bounded pace, for one term: any member's status and any watcher can then say it. Not
/// thread-safe: the loop's alone.
/// </summary>
/// <param name="log">The log.</param>
/// <param name="time">The clock.</param>
internal sealed class NoticeBoard(TermLog log, TimeProvider time)
{
    /// <summary>Most machines that a notice names.</summary>
    private const int MostNamed = 16;

    /// <summary>From one note to the next: reasons change with each machine that fails.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>From one notice to another that still says that something waits: providers put numbers into their words.</summary>
    private static readonly TimeSpan NoticePause = TimeSpan.FromMinutes(1);

    private long? _notedAt;
    private long? _noticedAt;

    /// <summary>What an operator is told while a restore is not confirmed.</summary>
    public const string Restored =
        "restored or recovered: no machine is declared lost and no instance ended until an operator confirms it with 'stateserver sweep --confirm'";

    /// <summary>The notice on a pause of moves: its cause, and what confirms the loss.</summary>
    /// <param name="paused">The planner's words; empty where nothing is paused.</param>
    /// <param name="silent">The machines whose agents are silent.</param>
    public static string OfPause(string paused, IEnumerable<MachineId> silent)
    {
        var named = silent.Take(MostNamed + 1).ToList();
        var more = named.Count > MostNamed ? " …" : "";
        return paused.Length == 0 ? "" : $"{paused} ('stateserver confirm-loss {string.Join(' ', named.Take(MostNamed))}{more}')";
    }

    /// <summary>Notes what changed, unless something was noted a moment ago.</summary>
    /// <param name="model">The model that the report is about.</param>
    /// <param name="report">The last plan's report; null where there is none.</param>
    /// <param name="notice">Why the whole environment waits; empty where it doesn't, null where that isn't known.</param>
    /// <param name="stop">Ends it.</param>
    /// <exception cref="Ports.ModelLogException">It did not come through; the next call tells it again.</exception>
    public async Task TellAsync(ModelState model, PlanReport? report, string? notice, CancellationToken stop)
    {
        if (_notedAt is { } noted && time.GetElapsedTime(noted) < Pause)
        {
            return;
        }

        _notedAt = time.GetTimestamp();
        var told = notice is null || IsHeldBack(model, notice) ? model.Notice : notice;
        if (WaitNotes.Of(model, report, told) is not { } note)
        {
            return;
        }

        await log.ProposeAsync(note, stop).ConfigureAwait(false);
        if (told != model.Notice)
        {
            _noticedAt = time.GetTimestamp();
        }
    }

    private bool IsHeldBack(ModelState model, string notice) => notice.Length > 0
        && model.Notice.Length > 0
        && _noticedAt is { } noticed
        && time.GetElapsedTime(noticed) < NoticePause;
}
