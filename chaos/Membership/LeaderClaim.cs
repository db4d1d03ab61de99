namespace StateServer.Chaos.Membership;

/// <summary>A member that says of itself that it leads.</summary>
internal readonly record struct LeaderClaim(ulong Term, ulong Member);
