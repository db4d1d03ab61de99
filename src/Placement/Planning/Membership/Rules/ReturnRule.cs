using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership.Rules;

/// <summary>A lost member that is heard again keeps its vote, unless an operation takes it already; a stop that was announced is over.</summary>
internal sealed class ReturnRule : IMembershipRule
{
    public MembershipStep? Next(MembershipDraft draft)
    {
        foreach (var node in draft.Voters)
        {
            var isBack = draft.MarkOf(node) == MemberMark.Lost
                || (draft.Contact(node).IsBack && draft.Membership.Standings.GetValueOrDefault(node)?.AwayUntilMilliseconds > draft.Input.NowMilliseconds);
            if (isBack && draft.IsAlive(node) && draft.Operation?.Remove.Contains(node) != true)
            {
                return new DeclareReturnedStep(node);
            }
        }

        return null;
    }
}
