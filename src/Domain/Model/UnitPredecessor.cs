using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>A unit's last assignment, which may still run somewhere: a singleton's next one waits for its end.</summary>
/// <param name="Machine">Where it ran.</param>
/// <param name="Assignment">Its number.</param>
/// <param name="LeftAtMilliseconds">When it was taken away, replicated Unix time.</param>
public sealed record UnitPredecessor(MachineId Machine, long Assignment, long LeftAtMilliseconds);
