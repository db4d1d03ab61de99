using System.Collections.Immutable;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Domain.Tests.Membership;

/// <summary>
/// The plainest healer that there could be, whom everybody answers and every machine starts for: whatever state it finds, the rules
/// must let it bring the cluster to rest. It gives up no operation, and asks for newcomers of its own.
/// </summary>
internal static class MembershipMender
{
    /// <summary>More steps than any state of so few members takes.</summary>
    private const int MostSteps = 150;

    /// <summary>Mends until nothing is left to do.</summary>
    /// <returns>How many steps it took.</returns>
    public static int Mend(MembershipScript script)
    {
        Surplus(script);
        for (var step = 0; step < MostSteps; step++)
        {
            if (MembershipSteps.NextVoters(script.Membership) is { } voters)
            {
                script.Vote([.. voters.Select(voter => voter.Value)]);
            }
            else if (Next(script) is { } command)
            {
                script.Do(command);
            }
            else
            {
                return step;
            }
        }

        throw new InvalidOperationException($"not at rest after {MostSteps} steps, and next is {Next(script)}");
    }

    private static void Surplus(MembershipScript script)
    {
        foreach (var standing in script.Membership.Standings.Values)
        {
            if (!script.Membership.Voters.Contains(standing.Id) && script.Membership.Operation?.Names(standing.Id) != true)
            {
                script.Do(new RemoveMemberCommand(standing.Id, "one of my own is asked for"));
            }
        }
    }

    private static Command? Next(MembershipScript script)
    {
        var membership = script.Membership;
        if (membership.Target == 0)
        {
            return new SetTargetCommand(0, MemberWish.None, Force: false);
        }

        if (membership.Operation is { } over)
        {
            return new FinishOperationCommand(over.Id);
        }

        return (Command?)Gone(membership)
            ?? (Command?)Late(script)
            ?? (Command?)Count(membership)
            ?? Heal(membership)
            ?? Grow(membership)
            ?? Unneeded(membership);
    }

    private static RemoveMemberCommand? Gone(MembershipState membership) =>
        membership.Standings.Values.FirstOrDefault(standing =>
            standing.Mark is MemberMark.Lost or MemberMark.Leaving && !membership.Voters.Contains(standing.Id)) is { } gone
            ? new(gone.Id, "it is over")
            : null;

    private static RegisterMemberCommand? Late(MembershipScript script) =>
        script.Membership.Standings.Values.FirstOrDefault(standing => !script.Script.State.Members.ContainsKey(standing.Id)) is { } late
            ? new(MembershipSteps.Record(late.Id, late.Name))
            : null;

    /// <summary>First an odd count, and no more than are wanted.</summary>
    private static BeginOperationCommand? Count(MembershipState membership)
    {
        var (voters, target) = (membership.Voters, membership.Target);
        if (voters.Count <= target)
        {
            return null;
        }

        var gone = voters.OrderByDescending(voter => membership.MarkOf(voter) != MemberMark.Member).Take(voters.Count % 2 == 0 ? 1 : 2);
        return new(OperationKind.Shrink, [], [.. gone], false, "too many vote");
    }

    private static Command? Heal(MembershipState membership)
    {
        if (membership.Voters.Count % 2 == 0
            || membership.Voters.FirstOrDefault(voter => membership.MarkOf(voter) is MemberMark.Lost or MemberMark.Leaving) is not { IsNone: false } lost)
        {
            return null;
        }

        return membership.Standings.Values.FirstOrDefault(standing => standing.Replaces == lost && standing.Mark == MemberMark.Requested) is { } other
            ? new BeginOperationCommand(OperationKind.Swap, [other.Id], [lost], true, "it is replaced")
            : Add(membership, lost);
    }

    private static Command? Grow(MembershipState membership)
    {
        var wanting = Math.Min(membership.Target - membership.Voters.Count, 2 - (membership.Voters.Count % 2 == 0 ? 1 : 0));
        if (wanting <= 0)
        {
            return null;
        }

        ImmutableArray<NodeId> ready = [.. membership.Standings.Values.Where(one => one.Mark == MemberMark.Requested).Select(one => one.Id)];
        return ready.Length < wanting
            ? Add(membership, null)
            : new BeginOperationCommand(OperationKind.Grow, [.. ready.Take(wanting)], [], true, "more are wanted");
    }

    private static RemoveMemberCommand? Unneeded(MembershipState membership) =>
        membership.Standings.Values.FirstOrDefault(standing => standing.Mark == MemberMark.Requested) is { } unneeded
            ? new(unneeded.Id, "all vote that are wanted")
            : null;

    private static AddMemberCommand Add(MembershipState membership, NodeId? replaces)
    {
        var id = new NodeId(1_000_000 + (ulong)(membership.Tombstones.Count + membership.Standings.Count));
        return new(id, $"n{id}", new Zone("a"), replaces, "mended");
    }
}
