using StateServer.Chaos.Clusters;

namespace StateServer.Chaos.Faults;

/// <summary>One way to harm a cluster. Stateless between calls.</summary>
internal interface IFault
{
    /// <summary>Its name on command lines and in reports.</summary>
    string Name { get; }

    /// <summary>One line: what it does.</summary>
    string Description { get; }

    /// <summary>What it harms.</summary>
    FaultLayer Layer { get; }

    /// <summary>What the members must be surrounded with.</summary>
    Surroundings Needs => Surroundings.None;

    /// <summary>Whether a run has it unless it is told otherwise: not where it needs a workload of its own.</summary>
    bool IsUsual => true;

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    string? Unavailable { get; }

    /// <summary>
    /// Injects it, holds it, undoes it, and says whether it was seen to take effect. A cancelled token cuts the holding short;
    /// it is undone all the same.
    /// </summary>
    /// <exception cref="FaultSurvivedException">A member did what it must not do under this fault.</exception>
    Task<FaultEffect> RunAsync(FaultContext context, CancellationToken cancellationToken);
}
