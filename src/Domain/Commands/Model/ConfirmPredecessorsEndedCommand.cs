using System.Collections.Immutable;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: no process of these earlier assignments can run any more. Those confirmed already are passed over.</summary>
/// <param name="Predecessors">The predecessors' own numbers; 1 to <c>ModelLimits.MostPerCommand</c>.</param>
public sealed record ConfirmPredecessorsEndedCommand(ImmutableArray<AssignmentReference> Predecessors) : ModelCommand;
