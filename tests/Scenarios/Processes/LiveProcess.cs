using System.Globalization;
using System.Runtime.InteropServices;

namespace StateServer.Scenarios.Processes;

/// <summary>Processes looked at and signalled by pid, through /proc and kill(2).</summary>
internal static partial class LiveProcess
{
    /// <summary>Whether the process exists and isn't a zombie. One whose first thread ended while others still end has its ports and locks yet.</summary>
    public static bool IsAlive(int pid) => StatFields(pid) is [{ Length: > 0 } state, ..] fields
        && (state[0] is not ('Z' or 'X') || (fields is { Length: > 17 } && fields[17] is not ("0" or "1")));

    /// <summary>Whether the process is stopped by SIGSTOP.</summary>
    public static bool IsStopped(int pid) => State(pid) == 'T';

    /// <summary>Whether every thread of the process is traced by a debugger or by strace.</summary>
    public static bool IsTraced(int pid)
    {
        try
        {
            return Directory.EnumerateDirectories($"/proc/{pid}/task").All(task =>
                !File.ReadAllText(Path.Combine(task, "status")).Contains("TracerPid:\t0\n", StringComparison.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Those that there are.</summary>
    public static int[] Pids() =>
        [.. Directory.EnumerateDirectories("/proc").Select(folder => Path.GetFileName(folder)!).Where(name => name.All(char.IsAsciiDigit)).Select(name => int.Parse(name, CultureInfo.InvariantCulture))];

    /// <summary>Its command line, arguments parted by blanks; "" where it is gone.</summary>
    public static string CommandLine(int pid) => string.Join(' ', Arguments(pid));

    /// <summary>The words of its command line, the program first; none where it is gone.</summary>
    public static string[] Arguments(int pid)
    {
        try
        {
            string[] words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return words[..^1];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Sends a signal; a process that is gone is no error.</summary>
    public static void Send(int pid, Signal signal)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(pid, 1);
        if (NativeKill(pid, (int)signal) != 0 && Marshal.GetLastPInvokeError() != NoSuchProcess)
        {
            throw new InvalidOperationException($"kill({pid}, {signal}) failed with errno {Marshal.GetLastPInvokeError()}");
        }
    }

    private const int NoSuchProcess = 3;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int NativeKill(int pid, int signal);

    /// <summary>The fields of /proc/PID/stat behind the name, which may hold blanks and parentheses: the state first. Empty where the process is gone.</summary>
    public static string[] StatFields(int pid)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{pid}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static char? State(int pid) => StatFields(pid) is [{ Length: > 0 } state, ..] ? state[0] : null;
}
