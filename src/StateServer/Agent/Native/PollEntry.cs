using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StateServer.Agent.Native;

/// <summary>A descriptor to wait for, as poll(2) takes it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollEntry
{
    /// <summary>The descriptor.</summary>
    public int Descriptor;

    /// <summary>What is awaited.</summary>
    public short Wanted;

    /// <summary>What happened; written by the call.</summary>
    public short Happened;

    /// <summary>Whether anything happened to it.</summary>
    public readonly bool IsReady => Happened != 0;

    /// <summary>Awaits that it can be read. The handle must stay open meanwhile.</summary>
    public static PollEntry Reading(SafeFileHandle handle) =>
        new() { Descriptor = (int)handle.DangerousGetHandle(), Wanted = ProcessCalls.Readable };
}
