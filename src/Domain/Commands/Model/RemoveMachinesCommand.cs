using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// Makes machines dying. Each goes at once where nothing was launched for it, otherwise when <see cref="MachineTerminatedCommand"/>
/// says so. Refused where one hosts units, unless forced: then they are taken away from it first.
/// </summary>
/// <param name="Machines">The machines; 1 to <c>ModelLimits.MostPerCommand</c>. One that can't go refuses all.</param>
/// <param name="Force">Whether machines with units go too.</param>
public sealed record RemoveMachinesCommand(ImmutableArray<MachineId> Machines, bool Force) : ModelCommand;
