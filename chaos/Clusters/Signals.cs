using System.Runtime.InteropServices;

namespace StateServer.Chaos.Clusters;

/// <summary>Signals by number (signal(7), x86 and ARM), to processes that this program started.</summary>
internal static partial class Signals
{
    public const int Kill = 9;
    public const int User1 = 10;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    public static bool Send(int pid, int signal) => SendSignal(pid, signal) == 0;

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
