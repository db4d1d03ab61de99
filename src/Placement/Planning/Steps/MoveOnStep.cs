using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Steps;

/// <summary>A pending machine leaves the zone it was to be launched in: the launch failed there, or the zone can't be used any more.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="From">The zone reserved until now.</param>
/// <param name="AvoidUntilMilliseconds">Until when that zone is passed over from now on, replicated Unix time; 0 where nothing new is remembered.</param>
/// <param name="Why">The failure, in one line.</param>
/// <param name="To">The zone reserved instead; null where no other can be.</param>
public sealed record MoveOnStep(MachineId Machine, Zone From, long AvoidUntilMilliseconds, string Why, Zone? To) : PlanStep
{
    /// <inheritdoc/>
    public override string ToString() =>
        $"machine {Machine} leaves zone {From} ({Why}) for {(To is { } to ? $"zone {to}" : "none: it waits")}";
}
