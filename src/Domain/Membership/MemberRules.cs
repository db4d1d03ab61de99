using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership;

/// <summary>What a member may say of itself.</summary>
internal static class MemberRules
{
    /// <summary>Null, or why the member is not taken in.</summary>
    public static Rejection? Check(
        ImmutableSortedDictionary<NodeId, MemberRecord> members,
        MemberRecord member,
        int featureLevel)
    {
        if (member.Id.IsNone || member.Folder.IsNone || member.Name.Length == 0)
        {
            return new Rejection(RejectionReason.InvalidArgument, "a member needs an id, a folder id and a name");
        }

        if (member.HighestFeatureLevel < featureLevel)
        {
            return new Rejection(
                RejectionReason.FeatureLevel,
                $"member {member.Name} knows feature level {member.HighestFeatureLevel}, and {featureLevel} is in force; " +
                "run a newer executable");
        }

        if (members.TryGetValue(member.Id, out var known) && known.Folder != member.Folder)
        {
            return new Rejection(
                RejectionReason.FolderMismatch,
                $"member {member.Id} is bound to folder {known.Folder}, not {member.Folder}: its data were lost or swapped, " +
                "and it needs a new id");
        }

        foreach (var other in members.Values)
        {
            if (other.Id == member.Id)
            {
                continue;
            }

            if (other.Name == member.Name || other.PeerAddress == member.PeerAddress)
            {
                var what = other.Name == member.Name ? $"name {member.Name}" : $"peer address {member.PeerAddress}";
                return new Rejection(RejectionReason.MemberConflict, $"the {what} is taken by member {other.Id}");
            }
        }

        return null;
    }
}
