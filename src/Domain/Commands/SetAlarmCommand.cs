using StateServer.Domain.Alarms;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>Raises or clears one alarm of one member.</summary>
/// <param name="Member">The member it is about.</param>
/// <param name="Alarm">Which alarm.</param>
/// <param name="Raised">True to raise, false to clear.</param>
public sealed record SetAlarmCommand(NodeId Member, AlarmKind Alarm, bool Raised) : Command;
