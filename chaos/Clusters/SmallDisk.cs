using System.Diagnostics;
using System.Globalization;

namespace StateServer.Chaos.Clusters;

/// <summary>A tmpfs over a member's data folder, small enough to be filled.</summary>
internal static class SmallDisk
{
    private const int Megabytes = 640;
    private const string Ballast = "ballast";

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    public static string? Unavailable { get; } = Environment.IsPrivilegedProcess ? null : "mounting needs root";

    public static void Mount(string folder)
    {
        Directory.CreateDirectory(folder);
        Run("mount", ["-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={Megabytes}m"), "tmpfs", folder]);
    }

    public static void Unmount(string folder) => Run("umount", ["-l", folder]);

    /// <summary>Fills the disk to the last byte; returns how many bytes that took.</summary>
    public static long Fill(string folder)
    {
        using var file = new FileStream(Path.Combine(folder, Ballast), FileMode.Append);
        var block = new byte[64 * 1024];
        for (int size = block.Length; size > 0; size /= 2)
        {
            try
            {
                while (true)
                {
                    file.Write(block, 0, size);
                    file.Flush();
                }
            }
            catch (IOException)
            {
                // Full for blocks of this size.
            }
        }

        return file.Length;
    }

    public static void Free(string folder) => File.Delete(Path.Combine(folder, Ballast));

    private static void Run(string program, string[] arguments)
    {
        using Process process = Process.Start(program, arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
        }
    }
}
