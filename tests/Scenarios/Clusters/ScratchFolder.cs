using System.Globalization;
using StateServer.Scenarios.Processes;

namespace StateServer.Scenarios.Clusters;

/// <summary>
/// A folder of one test, whose name tells the process that made it, so that what a killed test run left behind (members
/// outlive the process that launched them) is found and ended by the next one.
/// </summary>
internal sealed class ScratchFolder : IDisposable
{
    private const string Prefix = "stateserver-scenarios-";

    private static int _count;

    static ScratchFolder() => SweepOrphans();

    public ScratchFolder()
    {
        Path = System.IO.Path.Combine(
            System.IO.Path.GetTempPath(), $"{Prefix}{Environment.ProcessId}-{Interlocked.Increment(ref _count)}");
        Directory.CreateDirectory(Path);
    }

    public string Path { get; }

    /// <summary>Kills every process that names the folder, and removes it.</summary>
    public void Dispose() => End(Path);

    private static void SweepOrphans()
    {
        foreach (string folder in Directory.EnumerateDirectories(System.IO.Path.GetTempPath(), Prefix + "*-*"))
        {
            string owner = System.IO.Path.GetFileName(folder)[Prefix.Length..].Split('-')[0];
            if (int.TryParse(owner, CultureInfo.InvariantCulture, out int pid) && !LiveProcess.IsAlive(pid))
            {
                End(folder);
            }
        }
    }

    private static void End(string folder)
    {
        // The dash or slash behind the number keeps …-12-1 from matching …-12-10.
        foreach (int pid in LiveProcess.Naming(folder + "/"))
        {
            LiveProcess.Send(pid, Signal.Continue);
            LiveProcess.Send(pid, Signal.Kill);
        }

        for (int attempt = 0; ; attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (DirectoryNotFoundException)
            {
                return;
            }
            catch (IOException) when (attempt < 20)
            {
                // A member killed a moment ago may still be writing; the next attempt finds it gone.
                Thread.Yield();
            }
        }
    }
}
