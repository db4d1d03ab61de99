using StateServer.Domain.Identity;

namespace StateServer.Domain.Commands.Model;

/// <summary>From the leader's loop: a zone is passed over for a while, after a capacity failure.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="UntilMilliseconds">Until when, replicated Unix time.</param>
/// <param name="Why">The failure, in one line.</param>
public sealed record AvoidZoneCommand(Zone Zone, long UntilMilliseconds, string Why) : ModelCommand;
