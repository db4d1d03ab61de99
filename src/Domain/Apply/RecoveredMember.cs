using StateServer.Domain.Identity;

namespace StateServer.Domain.Apply;

/// <summary>The one member that a cluster goes on with after its quorum was lost.</summary>
/// <param name="Id">Its new id, minted for it; never one that the old cluster knew.</param>
/// <param name="Predecessor">The old member whose machine it runs on.</param>
/// <param name="Instance">
/// The provider's name of the machine that it runs on, where that is known; null for whichever its predecessor ran on.
/// </param>
/// <param name="Zone">Where that machine stands.</param>
/// <param name="Address">Where that machine is reached, without a port.</param>
public sealed record RecoveredMember(NodeId Id, NodeId Predecessor, InstanceId? Instance, Zone Zone, string Address);
