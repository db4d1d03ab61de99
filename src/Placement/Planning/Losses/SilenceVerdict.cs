using StateServer.Domain.Identity;

namespace StateServer.Placement.Planning.Losses;

/// <summary>Whether the silence of agents may be taken for the loss of their machines.</summary>
/// <param name="Paused">Why not, in one line; empty where it may.</param>
/// <param name="FailedZone">The zone whose failure explains it; null where none has to.</param>
internal sealed record SilenceVerdict(string Paused, Zone? FailedZone)
{
    public bool IsPaused => Paused is not "";
}
