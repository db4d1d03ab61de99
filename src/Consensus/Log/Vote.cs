using StateServer.Domain.Identity;

namespace StateServer.Consensus.Log;

/// <summary>A term and the vote given in it.</summary>
/// <param name="Term">The term, from 0.</param>
/// <param name="VotedFor">Who got the vote, or none.</param>
internal sealed record Vote(long Term, NodeId VotedFor);
