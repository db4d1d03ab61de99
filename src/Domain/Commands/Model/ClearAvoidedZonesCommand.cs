using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: zones are no longer passed over, since all that would do have failed. Cordons stay.</summary>
/// <param name="Zones">The zones; 1 to <c>ModelLimits.MostPerCommand</c>. One of which nothing is remembered stays so.</param>
public sealed record ClearAvoidedZonesCommand(ImmutableSortedSet<Zone> Zones) : ModelCommand;
