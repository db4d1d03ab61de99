using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>
/// A unit's last assignment, which may still run somewhere. A singleton's next one must not be started before its end is
/// confirmed: so, where a second assignment ends too, the first stays the predecessor.
/// </summary>
/// <param name="Machine">Where it ran.</param>
/// <param name="Assignment">Its number.</param>
/// <param name="LeftAtMilliseconds">When it was taken away, replicated Unix time.</param>
public sealed record UnitPredecessor(MachineId Machine, long Assignment, long LeftAtMilliseconds);
