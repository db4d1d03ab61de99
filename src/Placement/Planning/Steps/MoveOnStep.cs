using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A pending machine leaves the zone it was to be launched in: another machine's launch failed there, or the zone can't be used any more.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="From">The zone reserved until now.</param>
/// <param name="Why">Why it leaves, in one line.</param>
/// <param name="To">The zone reserved instead; null where none can be, and it waits.</param>
public sealed record MoveOnStep(MachineId Machine, Zone From, string Why, Zone? To) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"machine {Machine} leaves zone {From} ({Why}) for {(To is { } to ? $"zone {to}" : "none: it waits")}";
}
