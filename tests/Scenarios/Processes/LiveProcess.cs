using System.Runtime.InteropServices;

namespace StateServer.Scenarios.Processes;

/// <summary>Processes looked at and signalled by pid, through /proc and kill(2).</summary>
internal static partial class LiveProcess
{
    /// <summary>Whether the process exists and isn't a zombie.</summary>
    public static bool IsAlive(int pid) => State(pid) is not (null or 'Z' or 'X');

    /// <summary>Whether the process is stopped by SIGSTOP.</summary>
    public static bool IsStopped(int pid) => State(pid) == 'T';

    /// <summary>Its command line, arguments parted by blanks; "" where it is gone.</summary>
    public static string CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Replace('\0', ' ');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>Every process whose command line names <paramref name="folder"/>: proof that it is of the test that made that folder.</summary>
    public static IReadOnlyList<int> Naming(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc")
            .Select(path => int.TryParse(Path.GetFileName(path), out int pid) ? pid : 0)
            .Where(pid => pid != 0 && pid != Environment.ProcessId && CommandLine(pid).Contains(folder, StringComparison.Ordinal)),
    ];

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
