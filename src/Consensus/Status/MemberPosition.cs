using StateServer.Domain.Identity;

namespace StateServer.Consensus.Status;

/// <summary>Where a member stands now: the part of <see cref="MemberStatus"/> that each request asks for, cheap to read.</summary>
/// <param name="Leader">The leader it follows, or itself; none while it knows none.</param>
/// <param name="Term">Its current term.</param>
/// <param name="IsLearner">True for a healthy member without a vote.</param>
public readonly record struct MemberPosition(NodeId Leader, long Term, bool IsLearner);
