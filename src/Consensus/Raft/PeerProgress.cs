using StateServer.Domain.Identity;

namespace StateServer.Consensus.Raft;

/// <summary>What the leader knows of one follower.</summary>
/// <param name="Id">The follower.</param>
/// <param name="MatchIndex">The highest index that it durably acknowledged in this term; 0 for none yet.</param>
/// <param name="LastContactTimestamp">When it last answered, by the <see cref="TimeProvider"/>'s timestamps; 0 for never.</param>
internal sealed record PeerProgress(NodeId Id, long MatchIndex, long LastContactTimestamp);
