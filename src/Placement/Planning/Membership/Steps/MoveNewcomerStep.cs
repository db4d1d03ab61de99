using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>A newcomer's machine that isn't launched gets a zone, or another one.</summary>
/// <param name="Member">The newcomer.</param>
/// <param name="Machine">Its machine.</param>
/// <param name="Zone">The zone that is reserved from now on.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record MoveNewcomerStep(NodeId Member, MachineId Machine, Zone Zone, string Reason) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"reserve zone {Zone} for machine {Machine} of member {nameOf(Member)}: {Reason}";
}
