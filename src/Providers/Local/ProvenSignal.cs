using Microsoft.Win32.SafeHandles;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Local;

/// <summary>Sends signals to the process that holds a folder, and to no other.</summary>
public static class ProvenSignal
{
    /// <summary>
    /// Proves the folder's holder and signals it. A handle to the process is opened first and the proof taken with it open, so
    /// that the signal can't reach another process that was given the number in between.
    /// </summary>
    /// <returns>False where nobody is proven to hold the folder, and nothing was sent.</returns>
    public static bool Send(string folder, int signal)
    {
        if (FolderLock.Look(folder).Holder is not { } holder)
        {
            return false;
        }

        using SafeFileHandle? process = LibC.OpenProcess(holder.Pid);
        return process is not null && FolderLock.Look(folder).Holder == holder && LibC.Signal(process, signal);
    }
}
