using System.Diagnostics.CodeAnalysis;

namespace StateServer.Consensus.Log.Native;

/// <summary>
/// The seam through which storage reaches a disk, so that tests can inject full disks, I/O errors, torn writes and the loss of
/// unsynced data. Thread-safe. Paths are absolute or relative to the process, as the platform takes them.
/// </summary>
internal interface IDisk
{
    /// <summary>Opens an existing file for reading and writing.</summary>
    /// <exception cref="IOException">It isn't there, or can't be opened.</exception>
    IDiskFile Open(string path);

    /// <summary>Makes a file, empty, replacing one of that name.</summary>
    /// <exception cref="DiskFullException">No space (or inode) for it.</exception>
    IDiskFile Create(string path);

    /// <summary>Whether a file of that name is there.</summary>
    bool Exists(string path);

    /// <summary>The names, without the folder, of the files in a folder, in ordinal order; none where there is no such folder.</summary>
    IReadOnlyList<string> Files(string folder);

    /// <summary>Makes a folder and those above it; durable once the folder above was synced.</summary>
    void CreateFolder(string path);

    /// <summary>Renames a file, replacing a target of that name at once; durable once its folder was synced.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file, if it is there; durable once its folder was synced.</summary>
    void Delete(string path);

    /// <summary>Makes the folder's entries durable (fsync). A failure ends the process.</summary>
    void SyncFolder(string path);

    /// <summary>Ends the process: what is on the disk is no longer known, so nothing may be acknowledged any more.</summary>
    /// <param name="path">The file.</param>
    /// <param name="action">What failed, such as <c>pwrite</c>.</param>
    /// <param name="cause">The error.</param>
    [DoesNotReturn]
    void End(string path, string action, Exception cause);
}
