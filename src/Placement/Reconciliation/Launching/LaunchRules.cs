using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;

namespace StateServer.Placement.Reconciliation.Launching;

/// <summary>When a machine is launched, from the model alone; a new leader comes to the same. Pure.</summary>
internal static class LaunchRules
{
    /// <summary>What is to be done.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="model">The model that it is in.</param>
    /// <param name="nowMilliseconds">Replicated Unix time.</param>
    public static LaunchNeed NeedOf(MachineRecord machine, ModelState model, long nowMilliseconds)
    {
        if (machine.Status == MachineStatus.Launching)
        {
            return LaunchNeed.Settle;
        }

        // A zone without room is a planner's to leave, or to try again when its pause is over.
        return machine is { Status: MachineStatus.Pending, Life: Life.Alive, Zone: { } zone }
            && AvoidedUntil(model, zone) <= nowMilliseconds
            && EarliestRetry(machine) <= nowMilliseconds
            ? LaunchNeed.Begin
            : LaunchNeed.None;
    }

    private static long AvoidedUntil(ModelState model, Zone zone) => model.Zones.GetValueOrDefault(zone)?.AvoidUntilMilliseconds ?? 0;

    /// <summary>A failure that no other zone helps against is waited out, unless an operator asked to try again: that clears its message.</summary>
    private static long EarliestRetry(MachineRecord machine) =>
        machine.Attempts is not [.., var last] || LaunchAttempt.IsOfZone(last.Outcome) || machine.Message.Length == 0
            ? 0
            : last.EndedAtMilliseconds + BackOff.Milliseconds(FailuresInARow(machine));

    private static int FailuresInARow(MachineRecord machine) =>
        machine.Attempts.Reverse().TakeWhile(attempt => attempt.Outcome != LaunchOutcome.Launched && !LaunchAttempt.IsOfZone(attempt.Outcome)).Count();
}
