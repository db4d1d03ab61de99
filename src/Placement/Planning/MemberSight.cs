using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning;

/// <summary>One state server that is a member: a distribution group is made of them.</summary>
/// <param name="Node">The member.</param>
/// <param name="Zone">Where it stands; null where that isn't known.</param>
/// <param name="Machine">The machine it runs on; null where no machine is known for it.</param>
public sealed record MemberSight(NodeId Node, Zone? Zone, MachineId? Machine);
