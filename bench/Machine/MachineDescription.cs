using System.Globalization;
using System.Runtime.InteropServices;

namespace StateServer.Bench.Machine;

/// <summary>What a figure depends on: cores, processor, memory, kernel, file system.</summary>
internal sealed record MachineDescription(
    int Cores, string Processor, double MemoryGiB, string Kernel, string FileSystem, string Runtime)
{
    /// <summary>Looks at this machine.</summary>
    /// <param name="dataFolder">The folder whose file system holds the servers' data.</param>
    public static MachineDescription Read(string dataFolder)
    {
        string processor = Field("/proc/cpuinfo", "model name") ?? "unknown processor";
        string memory = Field("/proc/meminfo", "MemTotal")?.Split(' ')[0] ?? "0";
        double gibibytes = long.Parse(memory, CultureInfo.InvariantCulture) / 1024.0 / 1024.0;
        string kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim();
        return new MachineDescription(
            Environment.ProcessorCount, processor, Math.Round(gibibytes, 1), kernel, FileSystemOf(dataFolder),
            RuntimeInformation.FrameworkDescription);
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Cores} cores ({Processor}), {MemoryGiB} GiB, Linux {Kernel}, {FileSystem}, {Runtime}");

    private static string? Field(string file, string name) =>
        File.ReadLines(file)
            .Select(line => line.Split(':', 2, StringSplitOptions.TrimEntries))
            .FirstOrDefault(parts => parts.Length == 2 && parts[0] == name)?[1];

    private static string FileSystemOf(string folder)
    {
        string full = Path.GetFullPath(folder);
        string[]? best = null;
        foreach (string line in File.ReadLines("/proc/mounts"))
        {
            string[] fields = line.Split(' ');
            bool holds = fields[1] == "/" || full == fields[1] ||
                full.StartsWith(fields[1] + "/", StringComparison.Ordinal);
            if (holds && (best is null || fields[1].Length >= best[1].Length))
            {
                best = fields;
            }
        }
        return best?[2] ?? "unknown file system";
    }
}
