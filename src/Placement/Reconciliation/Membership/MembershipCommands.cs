using StateServer.Domain.Commands.Membership;
using StateServer.Placement.Planning.Membership.Steps;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>A step on the members as a command; ids and names of newcomers are minted here.</summary>
internal static class MembershipCommands
{
    /// <summary>The command; null where the step is none of the membership's log.</summary>
    public static MembershipCommand? Of(MembershipStep step, MembershipSight sight, MemberMint mint) => step switch
    {
        DeclareLostStep lost => new MarkMemberLostCommand(lost.Member, lost.Reason),
        DeclareReturnedStep back => new MarkMemberReturnedCommand(back.Member),
        AddMemberStep add => new AddMemberCommand(mint.Id(sight), mint.Name(sight), add.Zone, add.Replaces, add.Reason),
        BeginOperationStep begin => new BeginOperationCommand(begin.Kind, begin.Promote, begin.Remove, begin.PromoteFirst, begin.Reason),
        TurnOperationStep turn => new TurnOperationCommand(turn.Operation, true, turn.Reason),
        SubstituteStep substitute => new SubstituteCommand(substitute.Operation, substitute.Old, substitute.New),
        FinishOperationStep finish => new FinishOperationCommand(finish.Operation),
        RemoveMemberStep remove => new RemoveMemberCommand(remove.Member, remove.Reason),
        _ => null,
    };
}
