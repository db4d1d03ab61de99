using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>
/// Who is lost: never one that anybody hears. Else one whose instance is gone, one that was silent for <c>replace-after</c> to the
/// leader and to all other live voters, and a newcomer whose time to start is over, or whose instance stopped before it joined. A stop that was announced is no loss, and who goes
/// for good anyway needs none.
/// </summary>
internal sealed class LossRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        var members = draft.Input.Members.Keys.Union(draft.Membership.Standings.Keys).Union(draft.Voters).Where(node => !draft.Membership.Tombstones.Contains(node));
        foreach (var node in members.Order())
        {
            if (node == draft.Input.Leader || draft.MarkOf(node) == MemberMark.Lost || draft.IsAlive(node) || draft.Seats.Leftover.Contains(node))
            {
                continue;
            }

            var (lost, why) = draft.Input.Members.ContainsKey(node) || draft.Voters.Contains(node) ? Judge(draft, node) : JudgeExpected(draft, node);
            if (lost && draft.Stop is null)
            {
                return new DeclareLostStep(node, why);
            }

            draft.Await(node, lost ? $"{why}; {draft.Stop!.Why}" : why);
        }

        return null;
    }

    private static (bool IsLost, string Why) Judge(MembershipDraft draft, NodeId node)
    {
        var contact = draft.Contact(node);
        var silent = $"silent for {contact.SilentForMilliseconds / 1000.0:0.0} s";
        if (draft.Membership.Standings.GetValueOrDefault(node)?.AwayUntilMilliseconds is { } until && until > draft.Input.NowMilliseconds)
        {
            return (false, $"{silent}; it announced its stop, and has {(until - draft.Input.NowMilliseconds + 999) / 1000} s to come back");
        }

        if (contact.Others == PeerVerdict.Heard)
        {
            return (false, $"{silent} to this leader, and other voters hear it");
        }

        if (contact.InstanceGone && contact.SilentForMilliseconds >= draft.Input.Times.AliveWithin)
        {
            return contact.Others == PeerVerdict.Silent
                ? (true, $"its instance is gone, and it is {silent}")
                : (false, $"its instance is gone, and it is {silent}; the other voters are asked");
        }

        return contact.SilentForMilliseconds < draft.Input.Times.ReplaceAfter
                ? (false, $"{silent} of {draft.Input.Times.ReplaceAfter / 1000.0:0.#} s")
            : contact.Others != PeerVerdict.Silent ? (false, $"{silent}; the other voters are asked")
            : contact.OthersSilentForMilliseconds < draft.Input.Times.ReplaceAfter
                ? (false, $"{silent}; another voter heard it {contact.OthersSilentForMilliseconds / 1000.0:0.0} s ago")
            : (true, $"{silent}, and no other voter hears it");
    }

    private static (bool IsLost, string Why) JudgeExpected(MembershipDraft draft, NodeId node)
    {
        var contact = draft.Contact(node);
        var started = $"its instance was launched {contact.StartedForMilliseconds / 1000} s ago";
        var stopped = $"its instance has been stopped for {contact.StoppedForMilliseconds / 1000.0:0.0} s";
        return contact.InstanceGone ? (true, "its instance is gone before it joined")
            : contact.StoppedForMilliseconds >= draft.Input.Times.ReplaceAfter ? (true, $"{stopped}, and it has not joined")
            : contact.StoppedForMilliseconds > 0 ? (false, $"{stopped} of {draft.Input.Times.ReplaceAfter / 1000.0:0.#} s before it joined")
            : contact.StartedForMilliseconds == 0 ? (false, "it is not launched yet")
            : contact.StartedForMilliseconds < draft.Input.Times.StartGrace
                ? (false, $"{started}, and it has {draft.Input.Times.StartGrace / 1000} s to join")
            : (true, $"{started}, and it has not joined");
    }
}
