using System.ComponentModel;
using System.Runtime.InteropServices;

namespace StateServer.Bench.Machine;

/// <summary>Signals to processes that this run started, by their id (kill(2)).</summary>
internal static partial class Signals
{
    private const int NumberOfKill = 9;
    private const int NumberOfTerminate = 15;
    private const int NumberOfContinue = 18;
    private const int NumberOfStop = 19;
    private const int NoSuchProcess = 3;

    public static void Kill(int processId) => Send(processId, NumberOfKill);

    public static void Terminate(int processId) => Send(processId, NumberOfTerminate);

    public static void Stop(int processId) => Send(processId, NumberOfStop);

    public static void Continue(int processId) => Send(processId, NumberOfContinue);

    private static void Send(int processId, int signal)
    {
        if (SendSignal(processId, signal) != 0 && Marshal.GetLastPInvokeError() is int error && error != NoSuchProcess)
        {
            throw new Win32Exception(error);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int processId, int signal);
}
