using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>One way to harm a cluster. Stateless between calls; one fault is in force at a time.</summary>
internal interface IFault
{
    /// <summary>Its name on command lines and in reports.</summary>
    string Name { get; }

    /// <summary>One line: what it does.</summary>
    string Description { get; }

    /// <summary>What the members must be surrounded with.</summary>
    Surroundings Needs => Surroundings.None;

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    string? Unavailable { get; }

    /// <summary>Injects it, holds it, undoes it, and says whether it was seen to take effect.</summary>
    Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken);
}
