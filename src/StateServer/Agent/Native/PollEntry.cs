using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StateServer.Agent.Native;

/// <summary>A descriptor to wait for, as poll(2) takes it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    private int _descriptor;
    private short _wanted;
    private short _happened;

    /// <summary>Whether anything happened to it.</summary>
    public readonly bool IsReady => _happened != 0;

    /// <summary>Awaits that it can be read. The handle must stay open meanwhile.</summary>
    public static PollEntry Reading(SafeFileHandle handle) =>
        new() { _descriptor = (int)handle.DangerousGetHandle(), _wanted = ProcessCalls.Readable };
}
