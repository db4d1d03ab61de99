using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using StateServer.Agent.Native;
using StateServer.Providers.Local.Native;

namespace StateServer.Agent.Units;

/// <summary>
/// Finds the processes of one run of a unit, wherever they went: each has the run's token in the environment it was started with
/// (/proc/PID/environ, proc(5)). So a process that left its group, or whose shim was killed, is found, and no stranger is.
/// </summary>
internal static class UnitProcesses
{
    /// <summary>A process may be forked while the others are being killed: it is found in the next round.</summary>
    private const int MostRounds = 10;

    /// <summary>A killed process is gone in a moment, unless the kernel holds it; then it is told as still there.</summary>
    private const int EndMilliseconds = 100;

    /// <summary>Kills all processes of a run.</summary>
    /// <returns>False where some are still there, as where a process is stuck in the kernel.</returns>
    public static bool KillAll(string token)
    {
        byte[] mark = Encoding.UTF8.GetBytes($"{UnitOrder.TokenVariable}={token}\0");
        for (int round = 0; round < MostRounds; round++)
        {
            List<int> found = [.. Numbers().Where(pid => Has(pid, mark))];
            if (found.Count == 0)
            {
                return true;
            }

            foreach (int pid in found)
            {
                // The proof is taken again with the handle open: the number can't change its owner in between.
                using SafeFileHandle? process = LibC.OpenProcess(pid);
                if (process is not null && Has(pid, mark))
                {
                    LibC.Signal(process, LibC.SigKill);
                    ProcessCalls.Poll([PollEntry.Reading(process)], EndMilliseconds);
                }
            }
        }

        return false;
    }

    private static IEnumerable<int> Numbers() => Directory.EnumerateDirectories("/proc")
        .Select(static entry => int.TryParse(Path.GetFileName(entry), CultureInfo.InvariantCulture, out int pid) ? pid : 0)
        .Where(static pid => pid > 1 && pid != Environment.ProcessId);

    private static bool Has(int pid, byte[] mark)
    {
        try
        {
            return File.ReadAllBytes(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/environ")).AsSpan().IndexOf(mark) >= 0;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is gone, is a zombie, or is another user's.
            return false;
        }
    }
}
