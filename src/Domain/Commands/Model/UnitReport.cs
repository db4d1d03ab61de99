using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>What an agent says of one unit.</summary>
/// <param name="Unit">The unit.</param>
/// <param name="Assignment">The assignment it runs, or ran, the unit under.</param>
/// <param name="Status">What it does.</param>
/// <param name="Message">One line on why it waits or failed; empty otherwise.</param>
/// <param name="Address">host:port that its process was given; null before it was started.</param>
/// <param name="Restarts">How often its process was started again on this assignment.</param>
public sealed record UnitReport(
    UnitName Unit,
    long Assignment,
    UnitStatus Status,
    string Message,
    string? Address,
    int Restarts);
