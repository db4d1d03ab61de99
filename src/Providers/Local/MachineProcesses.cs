using Microsoft.Win32.SafeHandles;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Local;

/// <summary>The processes of one machine: its own, which holds the folder, and what that one started.</summary>
/// <param name="folder">The machine's folder.</param>
/// <param name="started">The process that was started for it, where that is known.</param>
internal readonly struct MachineProcesses(string folder, ProcessProof? started)
{
    /// <summary>True while its own process holds the folder.</summary>
    public bool HoldsFolder => FolderLock.Look(folder).IsHeld;

    /// <summary>True while the process that was started for it lives, whether it holds the folder yet or not.</summary>
    public bool Started => started is not null && ProcessProof.Observe(started.Pid) == started;

    /// <summary>True while anything of the machine runs.</summary>
    public bool AnyRuns => HoldsFolder || Started || MachineMark.Of(folder).Bearers().Count > 0;

    /// <summary>
    /// Signals all of them, its own process first, so that it starts nothing again. Each is proven with a handle of that very
    /// process open: the folder's holder by lock and proof, the started one by its proof, the others by the mark.
    /// </summary>
    public void Signal(int signal)
    {
        ProvenSignal.Send(folder, signal);
        if (Started)
        {
            Send(started!, p => ProcessProof.Observe(p.Pid) == p, signal);
        }

        ProcessMark mark = MachineMark.Of(folder);
        foreach (ProcessProof bearer in mark.Bearers())
        {
            Send(bearer, p => ProcessProof.Observe(p.Pid) == p && mark.IsCarriedBy(p.Pid), signal);
        }
    }

    private static void Send(ProcessProof process, Predicate<ProcessProof> isProven, int signal)
    {
        using SafeFileHandle? handle = LibC.OpenProcess(process.Pid);
        if (handle is not null && isProven(process))
        {
            LibC.Signal(handle, signal);
        }
    }
}
