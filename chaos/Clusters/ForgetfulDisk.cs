using System.Diagnostics;
using System.Globalization;

namespace StateServer.Chaos.Clusters;

/// <summary>A member's disk that forgets what was not synced, on command: forgetful_disk.py, mounted over its data folder.</summary>
internal sealed class ForgetfulDisk : IDisposable
{
    private const string Interpreter = "/usr/bin/python3";
    private static readonly TimeSpan MountLimit = TimeSpan.FromSeconds(20);

    private readonly Process _process;
    private readonly string _mountPoint;

    private ForgetfulDisk(Process process, string mountPoint)
    {
        _process = process;
        _mountPoint = mountPoint;
    }

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    public static string? Unavailable { get; } = !File.Exists("/dev/fuse") ? "there is no /dev/fuse"
        : !File.Exists("/usr/lib/python3/dist-packages/fusepy.py") ? "python3-fusepy is not installed"
        : !Environment.IsPrivilegedProcess ? "mounting needs root"
        : ExternalTool.Try(Interpreter, "-c", "import fusepy; open('/dev/fuse')") ? null : "python3-fusepy doesn't work here";

    public static async Task<ForgetfulDisk> MountAsync(string backing, string mountPoint, int seed, RunClaim claim)
    {
        Directory.CreateDirectory(backing);
        Directory.CreateDirectory(mountPoint);
        string script = Path.Combine(AppContext.BaseDirectory, "forgetful_disk.py");
        var start = new ProcessStartInfo(Interpreter, [script, backing, mountPoint, seed.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        claim.NoteMount(mountPoint);
        Process process = Process.Start(start)!;
        claim.NoteProcess(process.Id);
        long started = Stopwatch.GetTimestamp();
        while (!File.ReadAllText("/proc/mounts").Contains($" {mountPoint} fuse", StringComparison.Ordinal))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(started) > MountLimit)
            {
                throw new InvalidOperationException($"{script} did not mount {mountPoint}");
            }

            await Task.Delay(20);
        }

        return new ForgetfulDisk(process, mountPoint);
    }

    /// <summary>The power loss.</summary>
    /// <returns>How many sectors were forgotten; −1 where the layer did not say.</returns>
    public async Task<int> LosePowerAsync()
    {
        Signals.Send(_process.Id, Signals.User1);

        // The signal is served between two requests: make one.
        _ = Directory.Exists(Path.Combine(_mountPoint, "power"));
        string told = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(10)) ?? "";
        return told.Split(' ') is ["forgot", var forgotten, ..] ? int.Parse(forgotten, CultureInfo.InvariantCulture) : -1;
    }

    public void Dispose()
    {
        ExternalTool.Try("umount", "-l", _mountPoint);
        if (!_process.WaitForExit(5000))
        {
            _process.Kill();
        }

        _process.Dispose();
    }
}
