namespace StateServer.Consensus.Proposals;

/// <summary>Asks the operating system about the disk of one folder.</summary>
/// <param name="folder">The folder.</param>
internal sealed class FolderDiskSpace(string folder) : IDiskSpace
{
    /// <inheritdoc/>
    public (long FreeBytes, long TotalBytes) Measure()
    {
        try
        {
            var drive = new DriveInfo(Path.GetFullPath(folder));
            return (drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            // What can't be measured is no reason to refuse writes: the log tells when it is full.
            return (long.MaxValue, long.MaxValue);
        }
    }
}
