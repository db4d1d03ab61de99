using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>Whether lost members are replaced by themselves, in the answer of <c>status</c>.</summary>
/// <param name="Paused">Whether an operator paused it.</param>
/// <param name="PausedUntil">Until when; null where it isn't, or a word alone ends it.</param>
/// <param name="PauseReason">Why; null where it isn't.</param>
/// <param name="Stopped">Why the leader heals nothing now, in one line; null where it does, or no leader told.</param>
/// <param name="Guards">The guards that hold something back: contradiction, paused, quorum, rate, restored.</param>
internal sealed record HealingReport(
    bool Paused, DateTimeOffset? PausedUntil, string? PauseReason, string? Stopped, ImmutableArray<string> Guards);
