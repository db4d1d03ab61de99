using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace StateServer.Consensus.Log.Native;

/// <summary>
/// Writes the line to standard error and calls <c>_exit(70)</c> (EX_SOFTWARE of sysexits.h). No managed code runs behind it, so
/// nothing can be acknowledged by a shutdown hook, a finalizer or another thread's continuation; ADR 0022 has the alternatives.
/// </summary>
internal sealed class ImmediateExit : IProcessEnd
{
    private const int ExitCode = 70;
    private const int StandardError = 2;

    /// <summary>How long a blocked standard error may hold the exit up, milliseconds.</summary>
    private const int WritableWithinMilliseconds = 100;

    /// <summary>The only one.</summary>
    public static ImmediateExit Instance { get; } = new();

    private ImmediateExit()
    {
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void End(string line)
    {
        byte[] bytes = Encoding.UTF8.GetBytes("critical: " + line + "\n");
        if (Libc.IsWritable(StandardError, WritableWithinMilliseconds))
        {
            _ = Libc.WriteTo(StandardError, bytes, (nuint)bytes.Length);
        }

        Libc.Exit(ExitCode);
        throw new InvalidOperationException("_exit returned");
    }
}
