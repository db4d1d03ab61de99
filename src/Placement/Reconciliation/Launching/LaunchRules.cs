using StateServer.Domain.Model;
using StateServer.Placement.Planning;

namespace StateServer.Placement.Reconciliation.Launching;

/// <summary>When a machine is launched, from its record alone; a new leader comes to the same. Pure.</summary>
internal static class LaunchRules
{
    /// <summary>What is to be done.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="nowMilliseconds">Replicated Unix time.</param>
    public static LaunchNeed NeedOf(MachineRecord machine, long nowMilliseconds)
    {
        // A state server's machine is the membership's to launch.
        if (machine.StateServer is not null)
        {
            return LaunchNeed.None;
        }

        if (machine.Status == MachineStatus.Launching)
        {
            return LaunchNeed.Settle;
        }

        if (machine is not { Status: MachineStatus.Pending, Life: Life.Alive, Zone: { } zone })
        {
            return LaunchNeed.None;
        }

        return machine.Attempts is [.., var last] && nowMilliseconds < EarliestAfter(machine, last, last.Zone == zone)
            ? LaunchNeed.None
            : LaunchNeed.Begin;
    }

    /// <summary>When the zone's failure is past, or another zone may be tried: at once in another one.</summary>
    private static long EarliestAfter(MachineRecord machine, LaunchAttempt last, bool isSameZone)
    {
        var isZoneBound = last.Outcome is LaunchOutcome.CapacityExhausted or LaunchOutcome.ZoneUnavailable;
        if (isZoneBound && !isSameZone)
        {
            return 0;
        }

        // An operator's retry comes after the failure it answers: the record's status then changed last.
        return machine.StatusSinceMilliseconds > last.EndedAtMilliseconds
            ? 0
            : last.EndedAtMilliseconds + BackOff.Milliseconds(FailuresInARow(machine));
    }

    private static int FailuresInARow(MachineRecord machine) =>
        machine.Attempts.Reverse().TakeWhile(attempt => attempt.Outcome is not LaunchOutcome.Launched).Count();
}
