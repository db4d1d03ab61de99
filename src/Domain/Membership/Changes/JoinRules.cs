using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>Who is taken in, from feature level 4 on.</summary>
internal static class JoinRules
{
    /// <summary>As below feature level 4, and only who is expected. A lost member's address may be another one's by now.</summary>
    public static Rejection? Register(MembershipDraft draft, MemberRecord member, int featureLevel)
    {
        var others = draft.Members.RemoveRange(draft.Members.Keys.Where(other => other != member.Id && draft.MarkOf(other) == MemberMark.Lost));
        var refused = MemberRules.Check(others, member, featureLevel)
                      ?? CheckExpected(draft, member)
                      ?? CheckName(draft, member.Id, member.Name);
        if (refused is not null)
        {
            return refused;
        }

        ImmutableArray<string> urls = member.ClientUrls.IsDefault ? [] : member.ClientUrls;
        var isKnown = draft.Members.TryGetValue(member.Id, out var known);
        draft.SetMember(member with { JoinedAt = known?.JoinedAt ?? member.JoinedAt, ClientUrls = urls });
        if (draft.Standings.TryGet(member.Id, out var standing) && standing.Name != member.Name)
        {
            draft.Standings.Set(standing with { Name = member.Name });
        }

        if (!isKnown)
        {
            NoteRunning(draft, member.Id);
            draft.Tell(ModelEventKind.MemberJoined, member.Id, $"taken in at {member.PeerAddress}, in zone {member.Zone}");
        }

        return null;
    }

    /// <summary>A launched machine runs once its member is heard; no agent reports from it.</summary>
    public static void NoteRunning(MembershipDraft draft, NodeId id)
    {
        if (draft.MachineOf(id) is { Status: MachineStatus.Starting } machine && draft.Members.TryGetValue(id, out var member))
        {
            draft.Model.Machines.Set(machine with
            {
                Status = MachineStatus.Running,
                Address = machine.Address ?? HostOf(member.PeerAddress),
                StatusSinceMilliseconds = draft.Timestamp,
            });
        }
    }

    /// <summary>Null, or that another member, expected ones among them, has that name.</summary>
    public static Rejection? CheckName(MembershipDraft draft, NodeId id, string name)
    {
        var taken = draft.Members.Values.FirstOrDefault(other => other.Id != id && other.Name == name)?.Id
                    ?? draft.Standings.Values.FirstOrDefault(other => other.Id != id && other.Name == name)?.Id;
        return taken is null ? null : new Rejection(RejectionReason.MemberConflict, $"the name {name} is taken by member {taken}");
    }

    private static string HostOf(string address) => address.LastIndexOf(':') is > 0 and var colon ? address[..colon] : address;

    /// <summary>
    /// A member that is known, expected by that name, or has a vote already, as the first ones of a cluster, whose names nobody else
    /// can tell. Before anything was said of members and voters, those are all there are.
    /// </summary>
    private static Rejection? CheckExpected(MembershipDraft draft, MemberRecord member)
    {
        var state = draft.State;
        if (state.Tombstones.Contains(member.Id))
        {
            return MembershipRefusal.Removed($"member {member.Id} was removed from the cluster: it needs a new id and an empty folder");
        }

        if (draft.Standings.TryGet(member.Id, out var standing) && standing.Name != member.Name
            && !draft.Members.ContainsKey(member.Id) && !state.Voters.Contains(member.Id))
        {
            return new Rejection(
                RejectionReason.MemberConflict, $"member {member.Id} is expected by the name {standing.Name}, not {member.Name}");
        }

        return draft.IsKnown(member.Id) || (state.Target == 0 && state.Voters.IsEmpty)
            ? null
            : MembershipRefusal.NotFound(
                $"member {member.Id} is not expected: ensure-availability adds members, and none joins by itself");
    }
}
