using Microsoft.Win32.SafeHandles;
using StateServer.Agent.Logs;
using StateServer.Agent.Native;

namespace StateServer.Agent.Shim;

/// <summary>Takes what a unit prints to its log, on a thread of its own: a disk that hangs must not hold up the watch over the lease.</summary>
internal sealed class ShimOutput
{
    private const int BufferBytes = 64 * 1024;

    private readonly Thread _thread;

    /// <summary>Begins.</summary>
    /// <param name="reader">The pipe's reading end; closed at the end.</param>
    /// <param name="log">The log; closed at the end.</param>
    public ShimOutput(SafeFileHandle reader, UnitLog log)
    {
        _thread = new Thread(() => Run(reader, log), maxStackSize: 256 * 1024) { IsBackground = true, Name = "unit output" };
        _thread.Start();
    }

    /// <summary>Waits for the end of the output, which comes when no process holds the pipe any more.</summary>
    /// <returns>False where it did not come in time.</returns>
    public bool WaitForEnd(TimeSpan limit) => _thread.Join(limit);

    private static void Run(SafeFileHandle reader, UnitLog log)
    {
        byte[] buffer = new byte[BufferBytes];
        while (ProcessCalls.Read(reader, buffer) is > 0 and var read)
        {
            log.Append(buffer.AsSpan(0, read));
        }

        log.Dispose();
        reader.Dispose();
    }
}
