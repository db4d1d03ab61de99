using System.Collections.Immutable;

namespace StateServer.Reports;

/// <summary>One machine in the answer of <c>status</c>.</summary>
/// <param name="Id">Its number, as a decimal string.</param>
/// <param name="Zone">Where it stands, or is to be launched next; null while no zone is chosen.</param>
/// <param name="Series">The operating system's series.</param>
/// <param name="State">pending, launching, starting, running, lost or terminating.</param>
/// <param name="InstanceId">The provider's name of it; null before it was launched.</param>
/// <param name="Address">Where it can be reached; null before its agent reported.</param>
/// <param name="Agent">The agent's version; null before it reported.</param>
/// <param name="Services">The services with a unit on it, by name.</param>
/// <param name="Member">The state server on it, a decimal string; null where there is none.</param>
/// <param name="Cordoned">Whether nothing more is placed on it.</param>
/// <param name="Dying">Whether it is to go.</param>
/// <param name="Message">Why it waits or failed; null otherwise.</param>
internal sealed record MachineReport(
    string Id,
    string? Zone,
    string Series,
    string State,
    string? InstanceId,
    string? Address,
    string? Agent,
    ImmutableArray<string> Services,
    string? Member,
    bool Cordoned,
    bool Dying,
    string? Message);
