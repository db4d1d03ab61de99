using Microsoft.Win32.SafeHandles;
using StateServer.Agent.Native;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Agent.Units;

/// <summary>
/// Finds the processes of one run of a unit, wherever they went: each has the run's token in the environment it was started with. So a
/// process that left its group, or whose shim was killed, is found, and no stranger is.
/// </summary>
internal static class UnitProcesses
{
    /// <summary>A process may be forked while the others are being killed: it is found in the next round.</summary>
    private const int MostRounds = 10;

    /// <summary>A killed process is gone in a moment, unless the kernel holds it; then it is told as still there. Of each round, nanoseconds.</summary>
    private const long EndPatience = 100_000_000;

    /// <summary>The mark of a run's processes.</summary>
    public static ProcessMark MarkOf(string token) => new(UnitOrder.TokenVariable, token);

    /// <summary>Kills all processes of a run; takes a second at most.</summary>
    /// <returns>False where some are still there, as where a process is stuck in the kernel.</returns>
    public static bool KillAll(string token)
    {
        ProcessMark mark = MarkOf(token);
        for (int round = 0; round < MostRounds; round++)
        {
            ProcessProof[] found = [.. mark.Bearers().Where(static p => p.Pid != Environment.ProcessId)];
            if (found.Length == 0)
            {
                return true;
            }

            Kill(found, mark);
        }

        return false;
    }

    private static void Kill(ProcessProof[] found, ProcessMark mark)
    {
        List<SafeFileHandle> dying = [];
        foreach (ProcessProof process in found)
        {
            // The proof is taken again with the handle open: the number can't change its owner in between.
            SafeFileHandle? handle = LibC.OpenProcess(process.Pid);
            if (handle is not null && ProcessProof.Observe(process.Pid) == process && mark.IsCarriedBy(process.Pid) && LibC.Signal(handle, LibC.SigKill))
            {
                dying.Add(handle);
            }
            else
            {
                handle?.Dispose();
            }
        }

        long until = ProcessCalls.BootTimeNanoseconds() + EndPatience;
        foreach (SafeFileHandle handle in dying)
        {
            long left = Math.Max(until - ProcessCalls.BootTimeNanoseconds(), 0);
            ProcessCalls.Poll([PollEntry.Reading(handle)], (int)(left / 1_000_000));
            handle.Dispose();
        }
    }
}
