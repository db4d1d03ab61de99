using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Placement.Planning.Membership.Steps;

namespace StateServer.Placement.Planning.Membership;

/// <summary>A step on the members as a command. Pure: ids and names of newcomers are given.</summary>
internal static class MembershipCommands
{
    /// <summary>The command; null where the step is a change of votes or of leadership, which the log has no command for.</summary>
    /// <param name="step">The step.</param>
    /// <param name="mint">Makes an id and a name that no member has or had.</param>
    public static Command? Of(MembershipStep step, Func<(NodeId Id, string Name)> mint) => step switch
    {
        DeclareLostStep lost => new MarkMemberLostCommand(lost.Member, lost.Reason),
        DeclareReturnedStep back => new MarkMemberReturnedCommand(back.Member),
        AddMemberStep add => Add(add, mint()),
        BeginOperationStep begin => new BeginOperationCommand(begin.Kind, begin.Promote, begin.Remove, begin.PromoteFirst, begin.Reason),
        TurnOperationStep turn => new TurnOperationCommand(turn.Operation, true, turn.Reason),
        SubstituteStep substitute => new SubstituteCommand(substitute.Operation, substitute.Old, substitute.New),
        FinishOperationStep finish => new FinishOperationCommand(finish.Operation),
        RemoveMemberStep remove => new RemoveMemberCommand(remove.Member, remove.Reason),
        MoveNewcomerStep move => new ReserveZoneCommand(move.Machine, move.Zone),
        RetryZonesStep retry => new ClearAvoidedZonesCommand(retry.Zones),
        _ => null,
    };

    private static AddMemberCommand Add(AddMemberStep add, (NodeId Id, string Name) minted) =>
        new(minted.Id, minted.Name, add.Zone, add.Replaces, add.Reason);
}
