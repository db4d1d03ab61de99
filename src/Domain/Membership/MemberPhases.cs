using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Domain.Membership;

/// <summary>Derives members' phases. Pure.</summary>
public static class MemberPhases
{
    /// <summary>The phase of a member.</summary>
    /// <param name="state">The state; of feature level 4 or more for phases beside Voting and Suspect.</param>
    /// <param name="id">The member.</param>
    /// <param name="isSilent">Whether the leader doesn't hear it.</param>
    /// <returns>Null where nobody knows of such a member.</returns>
    public static MemberPhase? Of(ReplicatedState state, NodeId id, bool isSilent)
    {
        ArgumentNullException.ThrowIfNull(state);
        var membership = state.Membership;
        if (membership.Tombstones.Contains(id))
        {
            return MemberPhase.Removed;
        }

        membership.Standings.TryGetValue(id, out var standing);
        if (standing?.Mark == MemberMark.Lost)
        {
            return MemberPhase.Lost;
        }

        if (state.Members.ContainsKey(id))
        {
            return isSilent ? MemberPhase.Suspect : Votes(membership, id) ? MemberPhase.Voting : MemberPhase.Learning;
        }

        return standing is null ? null : Expected(state.Model, standing);
    }

    private static bool Votes(MembershipState membership, NodeId id) => membership.Voters.IsEmpty || membership.Voters.Contains(id);

    private static MemberPhase Expected(ModelState model, MemberStanding standing)
    {
        if (standing.Machine is not { } id || !model.Machines.TryGetValue(id, out var machine))
        {
            return MemberPhase.Requested;
        }

        return machine.Status switch
        {
            MachineStatus.Pending => MemberPhase.Requested,
            MachineStatus.Launching => MemberPhase.Provisioning,
            _ => MemberPhase.Starting,
        };
    }
}
