using StateServer.Domain.Identity;

namespace StateServer.Consensus.Replica;

/// <summary>Who leads, as this member sees it.</summary>
/// <param name="Term">The current term.</param>
/// <param name="Leader">The leader, or none.</param>
/// <param name="IsSelf">True while this member is the leader.</param>
internal sealed record Leadership(long Term, NodeId Leader, bool IsSelf);
