using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop, before it asks the provider: a launch attempt of a pending machine.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Number">The attempt's number: one more than the last one's, or it is refused.</param>
/// <param name="Zone">Where; another zone than its directive's is refused.</param>
/// <param name="UserDataHash">SHA-256 of what the instance is given, 64 small hexadecimal digits.</param>
public sealed record BeginLaunchCommand(MachineId Machine, int Number, Zone Zone, string UserDataHash) : ModelCommand;
