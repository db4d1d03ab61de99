namespace StateServer.Domain.Membership.View;

/// <summary>Membership's words, in the view, in events and on the command line. Those in the view never change.</summary>
public static class MembershipWords
{
    /// <summary>Such as lost.</summary>
    public static string Of(MemberMark mark) => mark switch
    {
        MemberMark.Requested => "requested",
        MemberMark.Member => "member",
        MemberMark.Lost => "lost",
        MemberMark.Leaving => "leaving",
        _ => throw new InvalidOperationException($"an unchecked mark {(int)mark}"),
    };

    /// <summary>grow, swap or shrink.</summary>
    public static string Of(OperationKind kind) => kind switch
    {
        OperationKind.Grow => "grow",
        OperationKind.Swap => "swap",
        OperationKind.Shrink => "shrink",
        _ => throw new InvalidOperationException($"an unchecked operation {(int)kind}"),
    };

    /// <summary>Such as learning.</summary>
    public static string Of(MemberPhase phase) => phase switch
    {
        MemberPhase.Requested => "requested",
        MemberPhase.Provisioning => "provisioning",
        MemberPhase.Starting => "starting",
        MemberPhase.Learning => "learning",
        MemberPhase.Voting => "voting",
        MemberPhase.Suspect => "suspect",
        MemberPhase.Lost => "lost",
        MemberPhase.Removed => "removed",
        _ => throw new InvalidOperationException($"an unchecked phase {(int)phase}"),
    };
}
