using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>What the replicated state knows of one unit.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Directive">Where an operator wants it.</param>
/// <param name="Machine">The machine it is assigned to; null while it waits.</param>
/// <param name="Assignment">
/// The number of this assignment, which grows along the log and never comes twice: a report of an earlier one is refused, and an
/// agent stops whatever it runs under another number. 0 while there is none.
/// </param>
/// <param name="Predecessor">The assignment before, until its end is confirmed; null otherwise.</param>
/// <param name="Life">Whether it is wanted.</param>
/// <param name="Status">What it does, as reported last.</param>
/// <param name="Message">One line on why it waits or failed; empty otherwise.</param>
/// <param name="Address">host:port that its process was given; null before it was started.</param>
/// <param name="Restarts">How often its process was started again on this assignment.</param>
/// <param name="CreatedAtMilliseconds">Replicated Unix time.</param>
/// <param name="StatusSinceMilliseconds">When the status changed last, replicated Unix time.</param>
public sealed record UnitRecord(
    UnitName Name,
    PlacementDirective Directive,
    MachineId? Machine,
    long Assignment,
    UnitPredecessor? Predecessor,
    Life Life,
    UnitStatus Status,
    string Message,
    string? Address,
    int Restarts,
    long CreatedAtMilliseconds,
    long StatusSinceMilliseconds);
