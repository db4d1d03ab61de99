namespace StateServer.Chaos.Clusters;

/// <summary>What the members of a run must be surrounded with, so that a fault can be injected.</summary>
[Flags]
internal enum Surroundings
{
    None = 0,

    /// <summary>Network namespaces.</summary>
    NetworkLab = 1,

    /// <summary>A disk that forgets what was not synced.</summary>
    ForgetfulDisk = 2,

    /// <summary>A wall clock that can be set for each member.</summary>
    FakeClock = 4,

    /// <summary>A small disk that can be filled.</summary>
    SmallDisk = 8,
}
