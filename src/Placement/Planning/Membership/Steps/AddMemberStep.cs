using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>A member is asked for: its record, and a machine for it with the zone reserved. Ids and names are minted by whoever carries it out.</summary>
/// <param name="Zone">Where.</param>
/// <param name="Replaces">The lost or leaving member that it takes the place of; null where it takes nobody's.</param>
/// <param name="Reason">Why, in one line.</param>
public sealed record AddMemberStep(Zone Zone, NodeId? Replaces, string Reason) : MembershipStep
{
    /// <inheritdoc/>
    public override string Tell(Func<NodeId, string> nameOf) => $"add a member in zone {Zone}{(Replaces is { } old ? $" in place of {nameOf(old)}" : "")}: {Reason}";
}
