using StateServer.Chaos.Faults;

namespace StateServer.Chaos.Membership.Faults;

/// <summary>One way to harm a cluster that heals itself. What it takes away stays away: the cluster is to replace it. Stateless between calls.</summary>
internal interface IMembershipFault
{
    /// <summary>Its name on command lines and in reports.</summary>
    string Name { get; }

    /// <summary>One line: what it does.</summary>
    string Description { get; }

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    string? Unavailable => null;

    /// <summary>How many members a cluster has at least in which it may ever take effect: 3 or 5.</summary>
    int LeastMembers => 3;

    /// <summary>Injects it, and says whether it was seen to take effect.</summary>
    /// <exception cref="FaultSurvivedException">A member did what it must not do under this fault.</exception>
    Task<FaultEffect> RunAsync(MembershipContext context, CancellationToken cancellationToken);
}
