using StateServer.Domain.Identity;
using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Zones;

/// <summary>What is asked of a zone.</summary>
/// <param name="Settings">The environment's.</param>
/// <param name="Constraints">The service's or the machine's.</param>
/// <param name="Directed">The only zone that will do; null where an operator named none.</param>
/// <param name="NowMilliseconds">Replicated Unix time.</param>
internal sealed record ZoneRequest(EnvironmentSettings Settings, Constraints Constraints, Zone? Directed, long NowMilliseconds);
