namespace StateServer.Domain.Model;

/// <summary>The keys of constraints, in alphabetical order, which is the order they are printed in.</summary>
public enum ConstraintKey
{
    /// <summary><c>arch</c>.</summary>
    Arch = 1,

    /// <summary><c>cpu-cores</c>.</summary>
    CpuCores = 2,

    /// <summary><c>cpu-power</c>.</summary>
    CpuPower = 3,

    /// <summary><c>instance-type</c>.</summary>
    InstanceType = 4,

    /// <summary><c>mem</c>.</summary>
    Memory = 5,

    /// <summary><c>root-disk</c>.</summary>
    RootDisk = 6,

    /// <summary><c>tags</c>.</summary>
    Tags = 7,

    /// <summary><c>zones</c>.</summary>
    Zones = 8,
}
