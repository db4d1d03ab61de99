using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Domain.Model;

/// <summary>What a machine must offer. A field that is null asks for nothing; a list that is empty neither.</summary>
/// <param name="Arch">Such as amd64.</param>
/// <param name="CpuCores">At least so many.</param>
/// <param name="CpuPower">At least so much, in EC2's compute units times 100.</param>
/// <param name="MemoryMiB">At least so much.</param>
/// <param name="RootDiskMiB">At least so much.</param>
/// <param name="InstanceType">The provider's name of a kind of machine; excludes cpu-cores, cpu-power and mem.</param>
/// <param name="Tags">All of them, ascending.</param>
/// <param name="Zones">One of them, ascending.</param>
public sealed record Constraints(
    string? Arch,
    int? CpuCores,
    int? CpuPower,
    long? MemoryMiB,
    long? RootDiskMiB,
    string? InstanceType,
    ImmutableSortedSet<string> Tags,
    ImmutableSortedSet<Zone> Zones)
{
    /// <summary>Nothing is asked for.</summary>
    public static Constraints None { get; } =
        new(null, null, null, null, null, null, ImmutableSortedSet<string>.Empty, ImmutableSortedSet<Zone>.Empty);
}
