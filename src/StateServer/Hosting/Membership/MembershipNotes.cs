using System.Collections.Immutable;
using StateServer.Api.Operator;
using StateServer.Consensus;
using StateServer.Placement.Reconciliation.Explaining;

namespace StateServer.Hosting.Membership;

/// <summary>The last look of the leader's loop at the members, in lines. Thread-safe.</summary>
/// <param name="replica">Knows the members' names.</param>
/// <param name="leader">Whether this member leads.</param>
/// <param name="book">The decisions.</param>
internal sealed class MembershipNotes(IReplica replica, ILeaderLog leader, DecisionBook book) : IMembershipNotes
{
    /// <inheritdoc/>
    public ImmutableArray<string> Awaited => leader.LeadingTerm is null
        ? []
        :
        [
            .. ((string[])[book.Members.Stopped]).Where(line => line.Length > 0),
            .. book.Members.Awaited.Select(decision => decision.Member is { } member
                ? $"{MemberNames.NameOf(replica.State, member)}: {decision.Awaits}"
                : decision.Awaits),
        ];
}
