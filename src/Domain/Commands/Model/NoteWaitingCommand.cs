using System.Collections.Immutable;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: why nothing is done about what waits, so that every member's status and every watcher can say it.</summary>
/// <param name="Notice">Why the whole environment waits, in one line; empty where it doesn't.</param>
/// <param name="Machines">Machines whose line changed.</param>
/// <param name="Units">Units whose line changed; with the machines at most <c>ModelLimits.MostPerCommand</c>.</param>
public sealed record NoteWaitingCommand(string Notice, ImmutableArray<MachineNote> Machines, ImmutableArray<UnitNote> Units) : ModelCommand;
