namespace StateServer.Domain.Apply;

/// <summary>
/// What the state on one disk becomes in the cluster of one member that is made of it, after the old cluster lost its quorum. Pure:
/// equal states give equal ones.
/// </summary>
public static class RecoveredState
{
    /// <summary>
    /// As <see cref="RestoredState.Of(ReplicatedState)"/>: the keys as they were, at a revision far ahead; leases with their full time to
    /// live; no sessions, alarms or members; nothing wanted of the members, so that the cluster stays at one until somebody asks for
    /// more; and nothing is ended or declared lost before an operator confirms it. Beyond that, every member that the old cluster knew
    /// is remembered as removed, its machine is to end, and the new member's machine is the one that it runs on.
    /// </summary>
    /// <param name="held">What the disk holds.</param>
    /// <param name="member">The one member.</param>
    /// <param name="incarnation">The highest incarnation that anybody knows of, the state's own aside; the new one is above both.</param>
    /// <exception cref="ArgumentException">The new id is one that the old cluster knew.</exception>
    /// <exception cref="OverflowException">The state was restored or recovered too many times for its numbers.</exception>
    public static ReplicatedState Of(ReplicatedState held, RecoveredMember member, long incarnation = 0)
    {
        ArgumentNullException.ThrowIfNull(held);
        ArgumentNullException.ThrowIfNull(member);
        return member.Id.IsNone || held.Members.ContainsKey(member.Id) || held.Membership.Tombstones.Contains(member.Id)
            ? throw new ArgumentException($"{member.Id} is no new member's id", nameof(member))
            : RestoredState.Renew(held, member, incarnation);
    }
}
