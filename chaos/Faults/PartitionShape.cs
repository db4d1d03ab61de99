namespace StateServer.Chaos.Faults;

/// <summary>Which members a partition keeps apart.</summary>
internal enum PartitionShape
{
    /// <summary>One member against all others.</summary>
    Isolate,

    /// <summary>A random majority against the rest.</summary>
    Halves,

    /// <summary>Two halves that see each other only through one member in the middle.</summary>
    Bridge,

    /// <summary>What the member sends is lost; what is sent to it arrives.</summary>
    Mute,

    /// <summary>What is sent to the member is lost; what it sends arrives.</summary>
    Deaf,

    /// <summary>The member's link comes and goes.</summary>
    Flap,
}
