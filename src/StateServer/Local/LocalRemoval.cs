using System.Collections.Immutable;
using StateServer.Providers.Local;

namespace StateServer.Local;

/// <summary>Removes a stopped local cluster: what it made, and nothing else.</summary>
internal static class LocalRemoval
{
    /// <summary>Removes it. The caller holds the work folder's lock, and no member runs.</summary>
    /// <returns>What was left alone because it isn't the cluster's, as paths.</returns>
    public static ImmutableArray<string> Remove(LocalRoot root, LocalCluster cluster)
    {
        foreach (LocalMember member in cluster.FixedMembers.Where(member => Directory.Exists(root.MemberFolder(member))))
        {
            RemoveFolder(root.DataFolder(member));
            File.Delete(root.LogFile(member));
            RemoveEmpty(root.MemberFolder(member));
        }

        File.Delete(Path.Combine(root.Path, LocalCluster.FileName));
        File.Delete(Path.Combine(root.WorkFolder, FolderLock.ProofFile));
        File.Delete(Path.Combine(root.WorkFolder, FolderLock.LockFile));
        RemoveEmpty(root.WorkFolder);
        RemoveEmpty(root.Path);
        return Directory.Exists(root.Path) ? [.. Directory.EnumerateFileSystemEntries(root.Path).Order(StringComparer.Ordinal)] : [];
    }

    private static void RemoveFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void RemoveEmpty(string folder)
    {
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any())
        {
            Directory.Delete(folder);
        }
    }
}
