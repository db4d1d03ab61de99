using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands;

/// <summary>Forgets a session and its outcomes; unknown ones are ignored.</summary>
/// <param name="Session">The session.</param>
public sealed record CloseSessionCommand(SessionId Session) : Command;
