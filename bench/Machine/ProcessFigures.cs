using System.Globalization;

namespace StateServer.Bench.Machine;

/// <summary>What the kernel says of a process: /proc/PID/stat and /proc/PID/status (proc(5)).</summary>
internal static class ProcessFigures
{
    /// <summary>USER_HZ of Linux on every architecture .NET runs on: a tick is 10 ms.</summary>
    private const long MicrosecondsPerTick = 10_000;

    /// <summary>User and system time of the process with all its threads, in µs (10 ms steps).</summary>
    public static long CpuMicroseconds(int processId)
    {
        string stat = File.ReadAllText($"/proc/{processId}/stat");
        // The command's name, field 2, may hold anything; the fields behind its closing bracket start with number 3.
        string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        long user = long.Parse(fields[14 - 3], CultureInfo.InvariantCulture);
        long system = long.Parse(fields[15 - 3], CultureInfo.InvariantCulture);
        return (user + system) * MicrosecondsPerTick;
    }

    /// <summary>User and system time of all the processes together, in µs.</summary>
    public static long CpuMicroseconds(IEnumerable<int> processIds) => processIds.Sum(CpuMicroseconds);

    /// <summary>Resident memory of the process, in bytes.</summary>
    public static long ResidentBytes(int processId)
    {
        const string Field = "VmRSS:";
        string line = File.ReadLines($"/proc/{processId}/status").First(l => l.StartsWith(Field, StringComparison.Ordinal));
        return long.Parse(line[Field.Length..^2].Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>
    /// True until all threads of the process have ended. The first thread of a killed process may be a zombie while others
    /// still hold its ports.
    /// </summary>
    public static bool IsRunning(int processId)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[stat.LastIndexOf(')') + 2] is not ('Z' or 'X') ||
                Directory.EnumerateDirectories($"/proc/{processId}/task").Skip(1).Any();
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The processes that have the flag among their arguments, and the folder or something in it.</summary>
    public static IReadOnlyList<int> Find(string flag, string folder)
    {
        List<int> found = [];
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                continue;
            }
            string[] arguments = ArgumentsOf(process);
            if (arguments.Contains(flag)
                && arguments.Any(argument => argument == folder || argument.StartsWith(folder + "/", StringComparison.Ordinal)))
            {
                found.Add(id);
            }
        }
        return found;
    }

    private static string[] ArgumentsOf(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0');
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or is another user's.
            return [];
        }
    }
}
