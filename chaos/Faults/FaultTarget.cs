namespace StateServer.Chaos.Faults;

/// <summary>Whom a fault hits.</summary>
internal enum FaultTarget
{
    Leader,
    Follower,
    Majority,
    All,
}
