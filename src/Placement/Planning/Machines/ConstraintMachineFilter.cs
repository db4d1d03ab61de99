using StateServer.Domain.Model;

namespace StateServer.Placement.Planning.Machines;

/// <summary>A machine suits where it was asked to offer at least what the service asks for; the zone is no matter of it.</summary>
internal sealed class ConstraintMachineFilter : IMachineFilter
{
    public string Name => "constraint";

    public string? Refusal(MachineRecord machine, MachineRequest request)
    {
        Constraints has = machine.Constraints;
        Constraints asked = request.Service.Constraints;
        string? lacking =
            asked.Arch is not null && has.Arch != asked.Arch ? "arch"
            : asked.InstanceType is not null && has.InstanceType != asked.InstanceType ? "instance-type"
            : IsLess(has.CpuCores, asked.CpuCores) ? "cpu-cores"
            : IsLess(has.CpuPower, asked.CpuPower) ? "cpu-power"
            : IsLess(has.MemoryMiB, asked.MemoryMiB) ? "mem"
            : IsLess(has.RootDiskMiB, asked.RootDiskMiB) ? "root-disk"
            : !has.Tags.IsSupersetOf(asked.Tags) ? "tags"
            : null;
        return lacking is null ? null : $"machine {machine.Id} was not launched for the service's {lacking}";
    }

    /// <summary>What a machine wasn't asked to offer it may not have.</summary>
    private static bool IsLess(long? has, long? asked) => asked is not null && (has is null || has < asked);
}
