using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Audit;

/// <summary>
/// Looks for what no step on the members may do. It shares no code with the rules but the records: what both got wrong the same
/// way would pass. Pure.
/// </summary>
public static class MembershipAudit
{
    /// <summary>What is wrong, a line each; empty where the step may be carried out.</summary>
    public static ImmutableArray<string> Errors(MembershipInput input, MembershipPlan plan)
    {
        if (plan.Next is not { } step)
        {
            return [];
        }

        var errors = ImmutableArray.CreateBuilder<string>();
        foreach (var error in Check(input, step))
        {
            errors.Add($"{step}: {error}");
        }

        return errors.ToImmutable();
    }

    private static IEnumerable<string> Check(MembershipInput input, MembershipStep step) => step switch
    {
        DeclareLostStep lost => Loss(input, lost.Member),
        DeclareReturnedStep back => Return(input, back.Member),
        AddMemberStep add => Addition(input, add),
        BeginOperationStep begin => Beginning(input, begin),
        ChangeVoteStep change => Change(input, change),
        TurnOperationStep turn => input.Membership.Operation is { Undoing: false } operation && operation.Id == turn.Operation
            ? [] : ["no such operation goes forward"],
        SubstituteStep substitute => Substitution(input, substitute),
        FinishOperationStep finish => Finish(input, finish),
        RemoveMemberStep remove => Removal(input, remove.Member),
        HandOverStep handOver => HandOver(input, handOver.Target),
        MoveNewcomerStep move => Move(input, move),
        RetryZonesStep retry => input.Membership.Standings.ContainsKey(retry.Member) ? [] : ["there is no such newcomer"],
        _ => ["a step that the audit doesn't know"],
    };

    private static IEnumerable<string> Loss(MembershipInput input, NodeId node)
    {
        var contact = input.Contact.GetValueOrDefault(node);
        var standing = input.Membership.Standings.GetValueOrDefault(node);
        if (node == input.Leader || (contact is not null && contact.SilentForMilliseconds < input.Times.AliveWithin && input.Members.ContainsKey(node)))
        {
            yield return "the member is in contact";
        }

        if (standing?.Mark == MemberMark.Lost)
        {
            yield return "the member is lost already";
        }

        if (standing?.AwayUntilMilliseconds > input.NowMilliseconds)
        {
            yield return "the member announced its stop";
        }

        if (IsStopped(input))
        {
            yield return "healing is stopped";
        }

        if (contact is { InstanceGone: true } && (contact.Others == PeerVerdict.Silent || !input.Members.ContainsKey(node)))
        {
            yield break;
        }

        var isVoter = input.Membership.Voters.Contains(node);
        if (isVoter && (contact is null || contact.SilentForMilliseconds < input.Times.ReplaceAfter || contact.Others != PeerVerdict.Silent
            || contact.OthersSilentForMilliseconds < input.Times.ReplaceAfter))
        {
            yield return "the voter is not silent to all for long enough";
        }

        if (!isVoter && contact is not null && input.Members.ContainsKey(node) && contact.SilentForMilliseconds < input.Times.ReplaceAfter)
        {
            yield return "the newcomer is not silent for long enough";
        }

        if (!isVoter && !input.Members.ContainsKey(node)
            && (contact?.StartedForMilliseconds ?? 0) < input.Times.StartGrace
            && (contact?.StoppedForMilliseconds ?? 0) < input.Times.ReplaceAfter)
        {
            yield return "the newcomer may still start";
        }
    }

    private static IEnumerable<string> Return(MembershipInput input, NodeId node)
    {
        if (!IsAlive(input, node))
        {
            yield return "the member is not in contact";
        }

        if (!input.Membership.Voters.Contains(node))
        {
            yield return "the member has no vote any more";
        }
    }

    private static IEnumerable<string> Addition(MembershipInput input, AddMemberStep add)
    {
        var membership = input.Membership;
        if (input.Zones.IsDefault || !input.Zones.Any(zone => zone.Zone == add.Zone) || !IsOpen(input, add.Zone))
        {
            yield return "the zone can't be used";
        }

        // Newcomers that have their vote by a half-done operation are newcomers still.
        var coming = membership.Standings.Values.Count(standing => standing.Mark is MemberMark.Requested or MemberMark.Member
            && (!membership.Voters.Contains(standing.Id) || membership.Operation?.Promote.Contains(standing.Id) == true)
            && membership.Operation?.Remove.Contains(standing.Id) != true);
        if (coming > MembershipLimits.MostVoters)
        {
            yield return "there are more newcomers than voters can be";
        }

        if (add.Replaces is not { } replaced)
        {
            yield break;
        }

        if (membership.Standings.GetValueOrDefault(replaced)?.Mark is not (MemberMark.Lost or MemberMark.Leaving))
        {
            yield return "the member that is replaced is neither lost nor leaving";
        }

        if (membership.Standings.Values.Any(standing => standing.Replaces == replaced && standing.Mark is MemberMark.Requested or MemberMark.Member && standing.Replaces == replaced))
        {
            yield return "the member has a replacement";
        }

        if (membership.Standings.GetValueOrDefault(replaced)?.Mark != MemberMark.Lost)
        {
            yield break;
        }

        if (IsStopped(input))
        {
            yield return "healing is stopped";
        }

        if (membership.Replacements.Count(at => input.NowMilliseconds - at < 3_600_000) >= membership.Target)
        {
            yield return "too many replacements within an hour";
        }

        if (IsZoneOfLoss(input, replaced, add.Zone))
        {
            yield return "another zone than that of the loss can be used";
        }
    }

    private static IEnumerable<string> Beginning(MembershipInput input, BeginOperationStep begin)
    {
        var membership = input.Membership;
        if (membership.Operation is not null)
        {
            yield return "an operation is under way";
        }

        var after = membership.Voters.Except(begin.Remove).Union(begin.Promote);
        if (after.Count % 2 == 0)
        {
            yield return $"it would end at {after.Count} voters";
        }

        if (after.Count > Math.Max(membership.Voters.Count, membership.Target) || after.Count < Math.Min(membership.Voters.Count, membership.Target))
        {
            yield return "it would leave the way to the target";
        }

        foreach (var node in begin.Promote.Where(node => membership.Voters.Contains(node) || !CanVote(input, node)))
        {
            yield return $"{node} is not a learner that is caught up";
        }

        foreach (var node in begin.Remove.Where(node => !membership.Voters.Contains(node)))
        {
            yield return $"{node} has no vote";
        }

        if (begin.Kind == OperationKind.Swap && begin.Remove is [var old]
            && membership.MarkOf(old) == MemberMark.Lost && (IsStopped(input) || IsAlive(input, old) || begin.PromoteFirst))
        {
            yield return "the lost member is heard, healing is stopped, or its vote is to stay too long";
        }

        if (begin.Kind == OperationKind.Swap && begin.Remove is [var live] && membership.MarkOf(live) != MemberMark.Lost && !begin.PromoteFirst)
        {
            yield return "a live vote would go before another comes";
        }

        foreach (var error in Steps(input, begin))
        {
            yield return error;
        }
    }

    private static IEnumerable<string> Steps(MembershipInput input, BeginOperationStep begin)
    {
        IEnumerable<(NodeId Node, bool Adds)> adds = begin.Promote.Select(node => (node, true));
        IEnumerable<(NodeId Node, bool Adds)> takes = begin.Remove.Select(node => (node, false));
        var voters = input.Membership.Voters;
        foreach (var (node, isAdded) in begin.PromoteFirst ? adds.Concat(takes) : takes.Concat(adds))
        {
            var next = isAdded ? voters.Add(node) : voters.Remove(node);
            if (!IsQuorum(input, voters) || !IsQuorum(input, next))
            {
                yield return $"no quorum would be alive when {node} changes";
            }

            voters = next;
        }
    }

    private static IEnumerable<string> Change(MembershipInput input, ChangeVoteStep change)
    {
        var voters = input.Membership.Voters;
        if (input.Membership.Operation is not { } operation || operation.Id != change.Operation)
        {
            yield return "no such operation is under way";
            yield break;
        }

        var wanted = operation.Undoing ? operation.Remove : operation.Promote;
        var unwanted = operation.Undoing ? operation.Promote : operation.Remove;
        if (change.Promotes ? voters.Contains(change.Member) || !wanted.Contains(change.Member)
            : !voters.Contains(change.Member) || !unwanted.Contains(change.Member))
        {
            yield return "the operation doesn't say so";
        }

        if (change.Promotes && !CanVote(input, change.Member) && !(operation.Undoing && IsAlive(input, change.Member) && input.Contact[change.Member].IsCaughtUp))
        {
            yield return "the member is not caught up";
        }

        if (!change.Promotes && change.Member == input.Leader)
        {
            yield return "the leader would take its own vote";
        }

        if (!IsQuorum(input, voters) || !IsQuorum(input, change.Promotes ? voters.Add(change.Member) : voters.Remove(change.Member)))
        {
            yield return "no quorum is alive before or after it";
        }
    }

    private static IEnumerable<string> Substitution(MembershipInput input, SubstituteStep step)
    {
        if (input.Membership.Operation is not { Undoing: false } operation || operation.Id != step.Operation || !operation.Promote.Contains(step.Old))
        {
            yield return "no such operation goes forward";
        }

        if (input.Membership.Voters.Contains(step.Old) || input.Membership.Voters.Contains(step.New) || !CanVote(input, step.New))
        {
            yield return "the one has its vote, or the other isn't caught up";
        }
    }

    private static IEnumerable<string> Finish(MembershipInput input, FinishOperationStep finish)
    {
        if (input.Membership.Operation is not { } operation || operation.Id != finish.Operation)
        {
            yield return "no such operation is under way";
            yield break;
        }

        var wanted = operation.Undoing ? operation.Remove : operation.Promote;
        var unwanted = operation.Undoing ? operation.Promote : operation.Remove;
        if (!wanted.All(input.Membership.Voters.Contains) || unwanted.Any(input.Membership.Voters.Contains))
        {
            yield return "it is not over";
        }
    }

    private static IEnumerable<string> Removal(MembershipInput input, NodeId node)
    {
        if (node == input.Leader || input.Membership.Voters.Contains(node))
        {
            yield return "the member votes";
        }

        if (input.Membership.Operation is { } operation && (operation.Promote.Contains(node) || operation.Remove.Contains(node)))
        {
            yield return "the operation under way needs it";
        }
    }

    private static IEnumerable<string> HandOver(MembershipInput input, NodeId target)
    {
        if (target == input.Leader || !input.Membership.Voters.Contains(target) || !IsAlive(input, target) || !input.Contact[target].IsCaughtUp)
        {
            yield return "it is not another voter that is caught up";
        }
    }

    private static IEnumerable<string> Move(MembershipInput input, MoveNewcomerStep move)
    {
        if (!input.Model.Machines.TryGetValue(move.Machine, out var machine) || machine.Status != MachineStatus.Pending)
        {
            yield return "the machine is not one that waits";
        }

        if (!IsOpen(input, move.Zone))
        {
            yield return "the zone can't be used";
        }

        if (input.Membership.Standings.GetValueOrDefault(move.Member)?.Replaces is { } replaced
            && input.Membership.MarkOf(replaced) == MemberMark.Lost
            && IsZoneOfLoss(input, replaced, move.Zone))
        {
            yield return "another zone than that of the loss can be used";
        }
    }

    private static bool IsStopped(MembershipInput input) => input.Model.IsRestored
        || (input.Membership.Pause is { } pause && pause.UntilMilliseconds > input.NowMilliseconds)
        || input.Contact.Any(contact => contact.Value.InstanceGone && IsAlive(input, contact.Key));

    private static bool IsAlive(MembershipInput input, NodeId node) => node == input.Leader
        || (input.Contact.TryGetValue(node, out var contact) && contact.IsHeard && contact.SilentForMilliseconds < input.Times.AliveWithin);

    private static bool CanVote(MembershipInput input, NodeId node) => input.Members.ContainsKey(node)
        && IsAlive(input, node) && input.Contact[node].IsCaughtUp
        && input.Membership.MarkOf(node) is MemberMark.Requested or MemberMark.Member;

    private static bool IsQuorum(MembershipInput input, ImmutableSortedSet<NodeId> voters) =>
        voters.Count(node => IsAlive(input, node)) * 2 > voters.Count;

    private static Zone? ZoneOf(MembershipInput input, NodeId node) =>
        input.Members.TryGetValue(node, out var member) ? member.Zone : input.Membership.Standings.GetValueOrDefault(node)?.Zone;

    /// <summary>True where a replacement would stand where its member was lost, though another zone is open.</summary>
    private static bool IsZoneOfLoss(MembershipInput input, NodeId replaced, Zone place) =>
#if PLANTED_SameZoneAgain
        false;
#else
        ZoneOf(input, replaced) == place && input.Zones.Any(zone => zone.Zone != place && IsOpen(input, zone.Zone));
#endif

    /// <summary>True where a newcomer may be launched in a zone at all.</summary>
    private static bool IsOpen(MembershipInput input, Zone zone)
    {
        // As the log gives them to a newcomer's machine: as wished, else as the first state server's.
        var like = input.Model.Machines.Values.FirstOrDefault(machine => machine.StateServer is not null);
        var constraints = (input.Membership.Wish.Constraints ?? like?.Constraints ?? input.Model.Environment?.Constraints)?.Zones ?? [];
        var settings = input.Model.Environment?.ZoneFilter ?? [];
        var record = input.Model.Zones.GetValueOrDefault(zone);
        return input.Zones.Any(sight => sight.Zone == zone && sight.IsUsable && sight.ExhaustedUntilMilliseconds <= input.NowMilliseconds)
            && record is not { Cordoned: true }
            && (record?.AvoidUntilMilliseconds ?? 0) <= input.NowMilliseconds
            && (constraints.IsEmpty || constraints.Contains(zone))
            && (settings.IsEmpty || settings.Contains(zone));
    }
}
