using StateServer.Domain.Identity;

namespace StateServer.Domain.Membership;

/// <summary>One change of the voters: the configuration entry that an operation needs next.</summary>
/// <param name="Kind">Which way.</param>
/// <param name="Node">Whose vote.</param>
public readonly record struct VoteChange(VoteChangeKind Kind, NodeId Node);
