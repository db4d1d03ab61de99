using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>One try to launch a machine, committed before it is made. Its token for the provider is machine/number.</summary>
/// <param name="Number">From 1 on, for each machine.</param>
/// <param name="Zone">Where; it never changes.</param>
/// <param name="UserDataHash">SHA-256, hexadecimal, of what the instance is given at its start: a repeated request must be the same byte for byte.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Detail">One line on a failure, in the provider's words; empty otherwise.</param>
/// <param name="BegunAtMilliseconds">When it was committed, replicated Unix time.</param>
/// <param name="EndedAtMilliseconds">When its outcome was committed; 0 while it is unknown.</param>
public sealed record LaunchAttempt(
    int Number,
    Zone Zone,
    string UserDataHash,
    LaunchOutcome Outcome,
    string Detail,
    long BegunAtMilliseconds,
    long EndedAtMilliseconds)
{
    /// <summary>True for a failure of the zone alone: another zone may be tried at once.</summary>
    public static bool IsOfZone(LaunchOutcome outcome) => outcome is LaunchOutcome.CapacityExhausted or LaunchOutcome.ZoneUnavailable;
}
