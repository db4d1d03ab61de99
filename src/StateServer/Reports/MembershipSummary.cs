using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>What is wanted of the members and what is under way, in the answer of <c>status</c>. What is not so is null.</summary>
/// <param name="Target">How many voters there are to be; 0 where nobody asked ever.</param>
/// <param name="ShortSince">Since when redundancy isn't full.</param>
/// <param name="ShortForSeconds">How long, at <c>asOf</c>.</param>
/// <param name="FullSince">Since when it is full.</param>
/// <param name="FullForSeconds">How long, at <c>asOf</c>.</param>
/// <param name="Operation">The change of votes under way.</param>
/// <param name="Healing">Whether lost members are replaced by themselves.</param>
/// <param name="Awaited">What the leader awaits, a line each; empty where no leader told.</param>
/// <param name="Replacements">How many lost members were replaced within the last hour; the guard lets <see cref="Target"/> through.</param>
/// <param name="Removed">How many members were removed for ever.</param>
internal sealed record MembershipSummary(
    int Target,
    DateTimeOffset? ShortSince,
    long? ShortForSeconds,
    DateTimeOffset? FullSince,
    long? FullForSeconds,
    OperationReport? Operation,
    HealingReport Healing,
    ImmutableArray<string> Awaited,
    int Replacements,
    int Removed);
