using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Membership;

/// <summary>
/// Who belongs to the cluster, and who does no more, as the replicated state says: handed to the Raft core by the layer above at
/// each change. A member of it that the configuration in force doesn't name is a learner: the leader sends it the log, and
/// nothing that it says counts. Immutable.
/// </summary>
/// <param name="Members">All members, voters too. Those without a folder are known and expected, and get nothing yet.</param>
/// <param name="Removed">The tombstones. One is for ever: a roster without it takes nothing back, and a member of both was removed.</param>
internal sealed record MemberRoster(ImmutableArray<RosterMember> Members, ImmutableArray<NodeId> Removed)
{
    /// <summary>Nobody.</summary>
    public static readonly MemberRoster Empty = new([], []);

    /// <summary>The member of that id; null where it isn't in it, or was removed.</summary>
    public RosterMember? Find(NodeId id) => Removed.Contains(id) ? null : Members.FirstOrDefault(member => member.Id == id);
}
