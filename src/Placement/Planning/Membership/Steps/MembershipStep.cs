using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Membership.Steps;

/// <summary>One step on the members.</summary>
public abstract record MembershipStep
{
    /// <summary>The step in one line, as a dry run prints it.</summary>
    /// <param name="nameOf">What members are called.</param>
    public abstract string Tell(Func<NodeId, string> nameOf);

    /// <summary>The same with members' ids.</summary>
    public sealed override string ToString() => Tell(node => node.ToString());
}
