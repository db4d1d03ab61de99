using System.Collections.Immutable;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From the leader's loop: takes units away from their machines, to be placed anew. What may still run there becomes each unit's
/// predecessor. All or nothing: an assignment that is no longer in force refuses all.
/// </summary>
/// <param name="Units">Which assignments; 1 to <c>ModelLimits.MostPerCommand</c>.</param>
/// <param name="Why">One line.</param>
public sealed record UnassignUnitsCommand(ImmutableArray<AssignmentReference> Units, string Why) : ModelCommand;
