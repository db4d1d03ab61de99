using System.Collections.Immutable;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From the leader's loop: forgets dying units of which no process can run any more, though no agent said so. Refused unless
/// each is dying and its agent reported it stopped, or its machine is lost or none.
/// </summary>
/// <param name="Units">The units and their assignments (0 for none); 1 to <c>ModelLimits.MostPerCommand</c>.</param>
public sealed record RemoveDeadUnitsCommand(ImmutableArray<AssignmentReference> Units) : ModelCommand;
