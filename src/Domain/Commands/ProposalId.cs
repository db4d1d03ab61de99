using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>Names a waiting proposal of one running process: the member, its process's random number, and a counter.</summary>
/// <param name="Member">The member that took the request.</param>
/// <param name="Incarnation">Random at each start of that member's process, so that a restarted one ignores its predecessor's.</param>
/// <param name="Number">The proposal's number in that process.</param>
public readonly record struct ProposalId(NodeId Member, uint Incarnation, long Number);
