using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Digests;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>Members that go for ever.</summary>
internal static class RemovalRules
{
    public static Rejection? Remove(MembershipDraft draft, RemoveMemberCommand remove)
    {
        var id = remove.Id;
        if (draft.State.Tombstones.Contains(id))
        {
            return null;
        }

        if ((draft.Find(id) ?? CheckVote(draft, id)) is { } refused)
        {
            return refused;
        }

        if (draft.State.Tombstones.Count >= MembershipLimits.MostTombstones)
        {
            return MembershipRefusal.Limit(
                $"{MembershipLimits.MostTombstones} ids of removed members are remembered, and none may be forgotten: begin a new cluster from a snapshot");
        }

        draft.Tell(ModelEventKind.MemberRemoved, id, remove.Reason);
        if (draft.MachineOf(id) is { } machine)
        {
            MachineEndRules.End(draft.Model, machine);
        }

        Forget(draft, id);
        draft.State = draft.State with
        {
            Tombstones = draft.State.Tombstones.Add(id),
            TombstoneDigest = draft.State.TombstoneDigest + MembershipHash.OfTombstone(id),
        };
        return null;
    }

    /// <summary>
    /// What a cluster that is made of a snapshot begins with: nobody, and the ids that may never come back. The machines of the old
    /// members are the model's to forget.
    /// </summary>
    /// <param name="draft">The membership.</param>
    /// <param name="buryAll">
    /// Whether the old members' ids are among those that never come back, as many as there is room for; where there isn't, the new
    /// cluster's id keeps the rest out.
    /// </param>
    public static void Restore(MembershipDraft draft, bool buryAll)
    {
        var old = draft.Members.Keys.Concat(draft.Standings.Values.Select(standing => standing.Id)).Distinct().ToList();
        var buried = buryAll
            ? draft.State.Tombstones.Union(old.Union(draft.State.Voters).Except(draft.State.Tombstones).Order()
                .Take(Math.Max(0, MembershipLimits.MostTombstones - draft.State.Tombstones.Count)))
            : draft.State.Tombstones;
        foreach (var id in old)
        {
            Forget(draft, id);
        }

        draft.State = MembershipState.Empty with
        {
            LastOperation = draft.State.LastOperation,
            Tombstones = buried,
            TombstoneDigest = MembershipHash.OfTombstones(buried),
        };
    }

    private static void Forget(MembershipDraft draft, NodeId id)
    {
        draft.RemoveMember(id);
        if (draft.Standings.TryGet(id, out _))
        {
            draft.Standings.Remove(id);
        }

        foreach (var other in draft.Standings.Values.Where(other => other.Replaces == id).ToList())
        {
            draft.Standings.Set(other with { Replaces = null });
        }
    }

    private static Rejection? CheckVote(MembershipDraft draft, NodeId id)
    {
        var state = draft.State;
        if (state.Voters.IsEmpty)
        {
            return MembershipRefusal.Conflict("who votes is not known yet");
        }

        if (state.Voters.Contains(id))
        {
            return state.Voters.Count == 1
                ? MembershipRefusal.Conflict($"controller {draft.MachineOf(id)?.Id.ToString() ?? draft.NameOf(id)} is the only controller")
                : MembershipRefusal.Conflict(
                    $"member {draft.NameOf(id)} votes, as {state.Voters.Count} do: its vote is taken first, by replacing it or by a smaller number of state servers");
        }

        return state.Operation is { } operation && operation.Names(id)
            ? MembershipRefusal.Conflict($"member {draft.NameOf(id)} takes part in operation {operation.Id}")
            : null;
    }
}
