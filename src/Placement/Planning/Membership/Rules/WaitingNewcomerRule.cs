using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// A newcomer whose machine waits without a zone, or for one that can't be used any more, gets the next one; where all have
/// failed, they are tried again after a pause that grows.
/// </summary>
internal sealed class WaitingNewcomerRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        foreach (var node in draft.Seats.Newcomers)
        {
            if (draft.MachineOf(node) is { Status: MachineStatus.Pending, Life: Life.Alive } machine && Settle(draft, node, machine) is { } step)
            {
                return step;
            }
        }

        return null;
    }

    private static MembershipStep? Settle(MembershipDraft draft, NodeId node, MachineRecord machine)
    {
        var replaced = draft.Membership.Standings[node].Replaces;
        Zone? lostIn = replaced is { } lost && draft.MarkOf(lost) == MemberMark.Lost ? draft.ZoneOf(lost) : null;
        var choice = NewcomerZones.Choose(draft, machine, replaced is null, lostIn);
        if (machine.Zone is { } reserved && choice.Considered.Any(zone => zone.Zone == reserved && zone.Rule is null))
        {
            return null;
        }

        if (choice.Zone is { } zone)
        {
            MoveNewcomerStep move = new(node, machine.Id, zone, machine.Zone is null ? "its launch failed" : $"zone {machine.Zone} can't be used");
            draft.Consider(node, move.Tell(draft.NameOf), choice.Considered);
            return move;
        }

        if (!choice.Full.IsEmpty && machine.Attempts is [.., var last])
        {
            var rounds = BackOff.Rounds(last.Number, choice.Full.Count);
            var left = last.EndedAtMilliseconds + BackOff.Milliseconds(rounds) - draft.Input.NowMilliseconds;
            if (left <= 0 || machine.Message.Length == 0)
            {
                return new RetryZonesStep(node, choice.Full, rounds);
            }

            draft.Await(node, $"{choice.Why}; tried again in {(left + 999) / 1000} s, after round {rounds}", choice.Considered);
            return null;
        }

        draft.Await(node, choice.Why, choice.Considered);
        return null;
    }
}
