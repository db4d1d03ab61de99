using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>What the replicated state remembers of one zone.</summary>
/// <param name="Zone">The zone.</param>
/// <param name="Cordoned">True where nothing more is to be placed in it.</param>
/// <param name="AvoidUntilMilliseconds">After a capacity failure: until when it is passed over, replicated Unix time; 0 otherwise.</param>
/// <param name="Why">The failure, in one line; empty otherwise.</param>
public sealed record ZoneRecord(Zone Zone, bool Cordoned, long AvoidUntilMilliseconds, string Why);
