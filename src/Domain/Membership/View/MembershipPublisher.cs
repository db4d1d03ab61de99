using StateServer.Domain.Keyspace;
using StateServer.Domain.Membership.Changes;
using StateServer.Domain.Model.View;

namespace StateServer.Domain.Membership.View;

/// <summary>Writes what a command changed of the members' view into the keyspace. A value that did not change is not written again.</summary>
internal static class MembershipPublisher
{
    /// <summary>Puts and deletes, in a fixed order: the whole, then members, ascending.</summary>
    public static void Publish(MembershipDraft draft, KeyspaceBuilder keyspace)
    {
        if (draft.IsChanged)
        {
            ModelPublisher.Write(keyspace, ModelKeys.Membership, MembershipView.Render(draft.State));
        }

        foreach (var id in draft.ChangedMembers.Union(draft.Standings.Changed).Order())
        {
            var key = ModelKeys.Member(id);
            draft.Members.TryGetValue(id, out var member);
            draft.Standings.TryGet(id, out var standing);
            if (MembershipView.Render(member, standing, draft.State.Voters.Contains(id)) is { } value)
            {
                ModelPublisher.Write(keyspace, key, value);
            }
            else
            {
                ModelPublisher.Delete(keyspace, key);
            }
        }
    }
}
