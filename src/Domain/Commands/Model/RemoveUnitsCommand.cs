using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>Makes units dying. Each goes at once where nothing of it can run, otherwise when its process has ended.</summary>
/// <param name="Units">The units; 1 to <c>ModelLimits.MostPerCommand</c>. One that doesn't exist refuses all.</param>
public sealed record RemoveUnitsCommand(ImmutableArray<UnitName> Units) : ModelCommand;
