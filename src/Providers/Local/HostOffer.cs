using System.Globalization;
using System.Runtime.InteropServices;
using StateServer.Domain.Model;

namespace StateServer.Providers.Local;

/// <summary>What a machine of the local provider offers: all that this host has, since processes share it.</summary>
/// <param name="Arch">Such as amd64.</param>
/// <param name="CpuCores">Of the host.</param>
/// <param name="MemoryMiB">Of the host.</param>
/// <param name="RootDiskMiB">The size of the file system that holds the root.</param>
internal sealed record HostOffer(string Arch, int CpuCores, long MemoryMiB, long RootDiskMiB)
{
    private const long MiB = 1024 * 1024;

    /// <summary>This host's.</summary>
    /// <param name="root">The provider's root; it exists.</param>
    public static HostOffer OfThisHost(string root) => new(
        RuntimeInformation.OSArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.X86 => "i386",
            Architecture.Arm => "armhf",
            var other => other.ToString().ToLowerInvariant(),
        },
        Environment.ProcessorCount,
        TotalMemoryMiB(),
        new DriveInfo(root).TotalSize / MiB);

    /// <summary>Null, or in one line what is asked for that no local machine has.</summary>
    public string? Refusal(Constraints asked) =>
        asked.Arch is { } arch && arch != Arch ? $"no local machine has arch={arch}; this host has {Arch}"
        : asked.CpuCores > CpuCores ? $"no local machine has cpu-cores={asked.CpuCores}; this host has {CpuCores}"
        : asked.MemoryMiB > MemoryMiB ? $"no local machine has mem={asked.MemoryMiB}M; this host has {MemoryMiB}M"
        : asked.RootDiskMiB > RootDiskMiB ? $"no local machine has root-disk={asked.RootDiskMiB}M; this host has {RootDiskMiB}M"
        : asked.CpuPower is { } power ? $"no local machine has cpu-power={power}; the local provider can't tell it"
        : asked.InstanceType is { } type ? $"no local machine has instance-type={type}; the local provider has no kinds"
        : asked.Tags.Count > 0 ? $"no local machine has tags={string.Join(',', asked.Tags)}; the local provider has none"
        : null;

    /// <summary>The first line of /proc/meminfo, proc(5): MemTotal, in KiB.</summary>
    private static long TotalMemoryMiB() => long.Parse(
        File.ReadLines("/proc/meminfo").First().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture) / 1024;
}
