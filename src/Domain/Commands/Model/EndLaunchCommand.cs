using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From the leader's loop: what became of a launch attempt. Refused unless it is the last one and has no outcome yet. After a
/// failure the machine waits without a zone; a failure of the zone alone is remembered for
/// <c>ModelLimits.ZoneFailureMilliseconds</c>.
/// </summary>
/// <param name="Machine">The machine.</param>
/// <param name="Number">The attempt.</param>
/// <param name="Outcome">Anything but unknown.</param>
/// <param name="Instance">The provider's name of what was launched; null on a failure.</param>
/// <param name="Detail">One line on a failure, in the provider's words; empty otherwise.</param>
public sealed record EndLaunchCommand(MachineId Machine, int Number, LaunchOutcome Outcome, InstanceId? Instance, string Detail)
    : ModelCommand;
