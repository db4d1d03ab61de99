using System.Globalization;

namespace StateServer.Chaos.Clusters;

/// <summary>A process told from a later one with the same number: by its start, in clock ticks since boot (proc(5), field 22).</summary>
internal static class ProcessProof
{
    /// <summary>This boot of the machine.</summary>
    public static string Boot { get; } = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    /// <summary>When the process began; null where it is gone or only waits to be reaped.</summary>
    public static long? StartOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));

            // The second field is the name in parentheses, and may hold anything.
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The words of a process's command line; none where it is gone.</summary>
    public static string[] WordsOf(int pid)
    {
        try
        {
            return File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cmdline")).Split('\0')[..^1];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>The word behind another one on a process's command line, such as a flag's value; null where there is none.</summary>
    public static string? WordBehind(string[] words, string flag) =>
        Array.IndexOf(words, flag) is >= 0 and var at && at + 1 < words.Length ? words[at + 1] : null;

    /// <summary>The numbers of all processes there are.</summary>
    public static IEnumerable<int> All() => Directory.EnumerateDirectories("/proc")
        .Select(name => int.TryParse(Path.GetFileName(name), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .Where(pid => pid > 1);

    /// <summary>The process that this one is a child of.</summary>
    public static int ParentOfThis()
    {
        string stat = File.ReadAllText("/proc/self/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>The state letter: R, S, D, T while stopped; null where it is gone.</summary>
    public static char? StateOf(int pid)
    {
        try
        {
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            return stat[stat.LastIndexOf(')') + 2];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
