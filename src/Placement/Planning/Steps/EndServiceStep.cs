using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A service that is to go has units that were not told yet, since one command ends so many at most: the next ones are.</summary>
/// <param name="Service">The service.</param>
/// <param name="Units">How many units are still wanted.</param>
public sealed record EndServiceStep(ServiceName Service, int Units) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() => $"remove {Units} units that are left of service {Service}";
}
