using StateServer.Domain.Identity;

namespace StateServer.Consensus.Status;

/// <summary>What this member found out of one member when it asked.</summary>
/// <param name="Id">The member.</param>
/// <param name="Status">Its answer, or null where it did not answer.</param>
/// <param name="RoundTrip">How long the answer took.</param>
/// <param name="LastSeen">When it answered last, by this member's clock; null where never since this process started.</param>
/// <param name="Error">Why there is no answer: one line.</param>
public sealed record MemberObservation(
    NodeId Id, MemberStatus? Status, TimeSpan? RoundTrip, DateTimeOffset? LastSeen, string? Error);
