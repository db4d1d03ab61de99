using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>
/// From an operator: these machines are really lost, however many are silent at once. As <see cref="MarkMachineLostCommand"/> for
/// all of them, or for none; those that are lost already stay as they are.
/// </summary>
/// <param name="Machines">The machines, 1 to <c>ModelLimits.MostPerCommand</c>; refused where one is a state server's, or not launched.</param>
public sealed record ConfirmMachinesLostCommand(ImmutableArray<MachineId> Machines) : ModelCommand;
