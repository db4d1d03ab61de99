namespace StateServer.Domain.Membership;

/// <summary>What a <see cref="MembershipOperation"/> does. Numbers are on disk: append only.</summary>
public enum OperationKind
{
    /// <summary>Newcomers get votes: two, or one where the count is even.</summary>
    Grow = 1,

    /// <summary>One newcomer gets the vote of one member.</summary>
    Swap = 2,

    /// <summary>Members lose their votes: two, or one where the count is even.</summary>
    Shrink = 3,
}
