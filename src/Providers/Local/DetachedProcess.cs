using System.Collections.Immutable;
using System.Diagnostics;
using StateServer.Providers.Local.Native;

namespace StateServer.Providers.Local;

/// <summary>Starts processes that outlive the one that starts them: a session of their own, no input, output appended to a file.</summary>
public static class DetachedProcess
{
    /// <summary>What systemd tells a service about itself: a child that took it for its own would speak in its parent's name.</summary>
    private static readonly ImmutableArray<string> OfTheServiceAlone =
        ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"];

    // The shell gives the process its log file before the runtime starts, which else keeps copies of this process's output open:
    // whoever reads that through a pipe would wait for the process's end. exec keeps the process id, setsid(1) too, since a child
    // of ours leads no process group. Where there is no setsid(1), the process makes its session by itself, a moment later.
    private const string Script =
        "exec </dev/null >>\"$0\" 2>&1; if command -v setsid >/dev/null; then exec setsid \"$@\"; fi; exec \"$@\"";

    /// <summary>Starts one. A program that can't be run ends at once, with the shell's complaint in the log.</summary>
    /// <param name="arguments">The program and its arguments.</param>
    /// <param name="workFolder">Its working folder.</param>
    /// <param name="logFile">Where its output goes; made where it is missing.</param>
    /// <param name="adjust">Changes the environment it inherits, or null.</param>
    /// <exception cref="IOException">It did not start.</exception>
    public static Process Start(
        IEnumerable<string> arguments, string workFolder, string logFile, Action<IDictionary<string, string?>>? adjust = null)
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = workFolder };
        foreach (string argument in (IEnumerable<string>)["-c", Script, logFile, .. arguments])
        {
            start.ArgumentList.Add(argument);
        }

        foreach (string name in OfTheServiceAlone)
        {
            start.Environment.Remove(name);
        }

        adjust?.Invoke(start.Environment);
        LibC.KeepWhatWasGiven();
        try
        {
            return Process.Start(start) ?? throw new IOException("/bin/sh did not start");
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new IOException($"/bin/sh did not start: {exception.Message}", exception);
        }
    }
}
