using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>What the replicated state knows of one machine.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Series">The operating system's series it is launched with.</param>
/// <param name="Constraints">What it must offer.</param>
/// <param name="Directive">Where an operator wants it; a zone or nothing.</param>
/// <param name="StateServer">The member that runs on it; null on a machine for units alone.</param>
/// <param name="Zone">Where it stands, or the zone that is reserved for its next launch; null while none is chosen.</param>
/// <param name="Life">Whether it is wanted.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Message">One line on why it waits or failed; empty otherwise.</param>
/// <param name="Instance">The provider's name of it; null before a launch is known to have been made.</param>
/// <param name="Address">Where it can be reached, as its agent reported; null before.</param>
/// <param name="AgentVersion">The version of its agent; null before it reported.</param>
/// <param name="Attempts">The launch attempts, oldest first; the last <see cref="MostAttempts"/> are kept.</param>
/// <param name="Cordoned">True where nothing more is to be placed on it.</param>
/// <param name="Retries">How often an operator asked to try again, by <c>retry-provisioning</c>.</param>
/// <param name="CreatedAtMilliseconds">Replicated Unix time.</param>
/// <param name="StatusSinceMilliseconds">When the status changed last, replicated Unix time.</param>
public sealed record MachineRecord(
    MachineId Id,
    string Series,
    Constraints Constraints,
    PlacementDirective Directive,
    NodeId? StateServer,
    Zone? Zone,
    Life Life,
    MachineStatus Status,
    string Message,
    InstanceId? Instance,
    string? Address,
    string? AgentVersion,
    ImmutableArray<LaunchAttempt> Attempts,
    bool Cordoned,
    int Retries,
    long CreatedAtMilliseconds,
    long StatusSinceMilliseconds)
{
    /// <summary>Most launch attempts that are kept: a round over a few zones.</summary>
    public const int MostAttempts = 16;
}
