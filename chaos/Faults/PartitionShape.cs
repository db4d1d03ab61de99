namespace StateServer.Chaos.Faults;

/// <summary>Which members a partition keeps apart.</summary>
internal enum PartitionShape
{
    /// <summary>The leader against all others.</summary>
    IsolateLeader,

    /// <summary>One follower against all others.</summary>
    IsolateFollower,

    /// <summary>A random majority against the rest.</summary>
    Halves,

    /// <summary>Two halves that see each other only through one member in the middle.</summary>
    Bridge,

    /// <summary>What the leader sends is lost; what is sent to it arrives.</summary>
    LeaderMute,

    /// <summary>What is sent to the leader is lost; what it sends arrives.</summary>
    LeaderDeaf,

    /// <summary>The leader's link comes and goes.</summary>
    Flap,
}
