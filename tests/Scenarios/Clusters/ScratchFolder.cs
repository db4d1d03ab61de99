using System.Diagnostics;
using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Clusters;

/// <summary>
/// A folder of one test, whose name tells the process that made it. Members outlive the process that launched them, so what a
/// test started is ended three times over: by the test, by a watch that outlives this process, and, should that be killed
/// too, by the next test run. Ending means: processes that name the folder are killed, mounts below it are let go, and it is
/// removed.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private static readonly string Prefix = System.IO.Path.Combine(System.IO.Path.GetTempPath(), "stateserver-scenarios-");

    private static readonly TimeSpan EndLimit = TimeSpan.FromSeconds(30);

    /// <summary>Kept, since the watch takes the end of the pipe to it for the end of this process.</summary>
    private static Process? _watch;

    private static int _count;

    /// <summary>Nothing here may fail: what an earlier run left is no fault of the test that comes by.</summary>
    static ScratchFolder()
    {
        Watch();
        Sweep();
    }

    public ScratchFolder()
    {
        Path = $"{Mine}{Interlocked.Increment(ref _count)}";
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>Whether somebody will end what this process leaves.</summary>
    internal static bool IsWatched => _watch is { HasExited: false };

    /// <summary>What the names of all folders of this process begin with.</summary>
    internal static string Mine { get; } = $"{Prefix}{ProcessMark.OfThisProcess()}-";

    /// <summary>Ends what the test left, and fails it if that can't be done.</summary>
    public void Dispose()
    {
        if (TryEnd(Path + "/") is { } left)
        {
            Assert.Fail(left);
        }
    }

    /// <summary>Ends what processes that are gone have left. What can't be ended is left to the next run.</summary>
    internal static void Sweep()
    {
        foreach (string folder in Directory.EnumerateDirectories(System.IO.Path.GetDirectoryName(Prefix)!, System.IO.Path.GetFileName(Prefix) + "*"))
        {
            if (ProcessMark.TryParse(folder[Prefix.Length..]) is { IsAlive: false })
            {
                TryEnd(folder + "/");
            }
        }
    }

    /// <summary>Null, or what is left.</summary>
    private static string? TryEnd(string scratch)
    {
        try
        {
            using var end = Process.Start(Script(scratch))!;
            end.StandardInput.Close();
            var said = end.StandardError.ReadToEndAsync();
            if (!end.WaitForExit(EndLimit))
            {
                end.Kill();
                return $"{scratch} could not be ended within {EndLimit.TotalSeconds} s";
            }

            return end.ExitCode == 0 ? null : said.Result;
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or IOException or UnauthorizedAccessException)
        {
            return e.Message;
        }
    }

    /// <summary>Starts the script that waits, in a session of its own, for this process's end: the pipe is never written to, and never closed by us.</summary>
    private static void Watch()
    {
        try
        {
            _watch = Process.Start(Script(Mine, "wait"));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // Without util-linux or a shell the two other ways are left.
        }
    }

    private static ProcessStartInfo Script(string scratch, params string[] mode) => Command.StartInfo(
        "setsid",
        ["sh", System.IO.Path.Combine(AppContext.BaseDirectory, "Clusters", "end-scratch.sh"), .. mode],
        new Dictionary<string, string> { ["SCRATCH"] = scratch });
}
