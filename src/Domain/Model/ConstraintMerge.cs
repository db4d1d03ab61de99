namespace StateServer.Domain.Model;

/// <summary>The environment's constraints and a service's or machine's own, made one, as Juju merges them.</summary>
public static class ConstraintMerge
{
    /// <summary>Merges.</summary>
    /// <param name="fallback">The environment's, without conflicts among themselves.</param>
    /// <param name="own">The more specific ones, without conflicts among themselves.</param>
    /// <returns>
    /// The own value of each key that has one; nothing for a key that the own ones unset, and for the environment's keys that
    /// conflict with a value of the own ones; the environment's value otherwise. Without conflicts again.
    /// </returns>
    public static Constraints Merge(Constraints fallback, ConstraintRequest own)
    {
        Constraints asked = own.Asked;
        bool isSized = asked is not { CpuCores: null, CpuPower: null, MemoryMiB: null };
        bool isTyped = asked.InstanceType is not null;
        bool Falls(ConstraintKey key) => !own.Unset.Contains(key);
        return new Constraints(
            asked.Arch ?? (Falls(ConstraintKey.Arch) ? fallback.Arch : null),
            asked.CpuCores ?? (Falls(ConstraintKey.CpuCores) && !isTyped ? fallback.CpuCores : null),
            asked.CpuPower ?? (Falls(ConstraintKey.CpuPower) && !isTyped ? fallback.CpuPower : null),
            asked.MemoryMiB ?? (Falls(ConstraintKey.Memory) && !isTyped ? fallback.MemoryMiB : null),
            asked.RootDiskMiB ?? (Falls(ConstraintKey.RootDisk) ? fallback.RootDiskMiB : null),
            asked.InstanceType ?? (Falls(ConstraintKey.InstanceType) && !isSized ? fallback.InstanceType : null),
            asked.Tags.IsEmpty && Falls(ConstraintKey.Tags) ? fallback.Tags : asked.Tags,
            asked.Zones.IsEmpty && Falls(ConstraintKey.Zones) ? fallback.Zones : asked.Zones);
    }

    /// <summary>Says which two keys exclude each other, in Juju's words and order: an instance type has its own cores, power and memory.</summary>
    /// <returns>Null where none do.</returns>
    public static string? Conflict(Constraints constraints) => constraints switch
    {
        { InstanceType: null } => null,
        { CpuCores: not null } => "ambiguous constraints: \"cpu-cores\" overlaps with \"instance-type\"",
        { CpuPower: not null } => "ambiguous constraints: \"cpu-power\" overlaps with \"instance-type\"",
        { MemoryMiB: not null } => "ambiguous constraints: \"instance-type\" overlaps with \"mem\"",
        _ => null,
    };
}
