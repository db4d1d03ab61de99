using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership;

/// <summary>Why nothing is healed by itself: no loss is declared, nobody replaced, nobody moved. What is under way goes on.</summary>
/// <param name="Guard">Which guard says so.</param>
/// <param name="Why">In one line.</param>
internal sealed record HealingStop(string Guard, string Why)
{
    /// <summary>Null where nothing stops it.</summary>
    public static HealingStop? Of(MembershipInput input)
    {
        if (input.Model.IsRestored)
        {
            return new("restored", "restored or recovered: nobody is declared lost until an operator confirms it ('stateserver sweep --confirm')");
        }

        if (input.Membership.Pause is { } pause && pause.IsInForce(input.NowMilliseconds))
        {
            var end = pause.UntilMilliseconds == long.MaxValue ? "" : $" for {(pause.UntilMilliseconds - input.NowMilliseconds + 999) / 1000} s more";
            return new("paused", $"healing is paused{end}: {pause.Why}");
        }

        NodeId? contradicted = input.Contact
            .Where(contact => contact.Value.InstanceGone && IsHeard(input, contact.Key, contact.Value))
            .Select(contact => (NodeId?)contact.Key).FirstOrDefault();
        return contradicted is { } node
            ? new("contradiction", $"the provider says that the instance of member {input.NameOf(node)} is gone, and the member is heard")
            : null;
    }

    private static bool IsHeard(MembershipInput input, NodeId node, MemberContact contact) =>
        node == input.Leader || (contact.IsHeard && contact.SilentForMilliseconds < input.Times.AliveWithin) || contact.Others == PeerVerdict.Heard;
}
