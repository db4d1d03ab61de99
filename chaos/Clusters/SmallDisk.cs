using System.Globalization;

namespace StateServer.Chaos.Clusters;

/// <summary>A tmpfs over a member's data folder, small enough to be filled.</summary>
internal static class SmallDisk
{
    private const int Megabytes = 640;
    private const string Ballast = "ballast";

    /// <summary>Null where this machine can do it, otherwise why not.</summary>
    public static string? Unavailable { get; } = FindObstacle();

    public static void Mount(string folder)
    {
        Directory.CreateDirectory(folder);
        ExternalTool.Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={Megabytes}m"), "tmpfs", folder);
    }

    public static void Unmount(string folder) => ExternalTool.Try("umount", "-l", folder);

    public static bool HasBallast(string folder) => File.Exists(Path.Combine(folder, Ballast));

    /// <summary>Fills the disk to the last byte; returns how many bytes that took.</summary>
    public static long Fill(string folder)
    {
        // Without a buffer: what it kept of a write that failed would fail again when the file is closed.
        using var file = new FileStream(Path.Combine(folder, Ballast), FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
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

    /// <summary>Whether less than a block is free.</summary>
    public static bool IsFull(string folder) => new DriveInfo(folder).AvailableFreeSpace < 64 * 1024;

    public static void Free(string folder) => File.Delete(Path.Combine(folder, Ballast));

    private static string? FindObstacle()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return "mounting needs root";
        }

        string probe = Directory.CreateTempSubdirectory("stateserver-chaos-probe").FullName;
        try
        {
            return ExternalTool.Try("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", probe) ? null : "the kernel grants no tmpfs mount";
        }
        finally
        {
            ExternalTool.Try("umount", "-l", probe);
            Directory.Delete(probe);
        }
    }
}
