using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;

namespace StateServer.Consensus.Log.Native;

/// <summary>The real disk, through libc with every errno checked.</summary>
/// <param name="end">How the process ends after a failed sync.</param>
internal sealed class LibcDisk(IProcessEnd end) : IDisk
{
    /// <summary>The one that ends the process in earnest.</summary>
    public static LibcDisk Instance { get; } = new(ImmediateExit.Instance);

    /// <inheritdoc/>
    public IDiskFile Open(string path) => new LibcFile(
        path,
        File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
        this);

    /// <summary>Opens an existing file for reading alone: one that this user need not be able to write.</summary>
    /// <exception cref="IOException">It isn't there, or can't be opened.</exception>
    public IDiskFile OpenToRead(string path) => new LibcFile(
        path,
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete),
        this);

    /// <inheritdoc/>
    public IDiskFile Create(string path)
    {
        try
        {
            return new LibcFile(
                path,
                File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete),
                this);
        }
        catch (IOException error) when (IsFull(error.HResult))
        {
            throw new DiskFullException($"no space to make {path}", error);
        }
    }

    /// <inheritdoc/>
    public bool Exists(string path) => File.Exists(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> Files(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }

        string[] names = [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!)];
        Array.Sort(names, StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public void CreateFolder(string path) => Directory.CreateDirectory(path);

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (Libc.Rename(from, to) != 0)
        {
            throw Failure($"rename {from} to", to, Marshal.GetLastPInvokeError());
        }
    }

    /// <inheritdoc/>
    public void Delete(string path)
    {
        const int NotThere = 2; // ENOENT
        if (Libc.Unlink(path) != 0 && Marshal.GetLastPInvokeError() is var error && error != NotThere)
        {
            throw Failure("delete", path, error);
        }
    }

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        int error = Libc.SyncFolder(path);
        if (error != 0)
        {
            End(path, "fsync", Failure("fsync", path, error));
        }
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void End(string path, string action, Exception cause) =>
        end.End($"{action} of {path} failed: {cause.Message}; what it holds is no longer known, so this member stops at once");

    internal static bool IsFull(int error) => error is Libc.ENOSPC or Libc.EDQUOT or Libc.EFBIG;

    internal static IOException Failure(string action, string path, int error)
    {
        string message = $"{action} {path}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})";
        return IsFull(error) ? new DiskFullException(message) : new IOException(message, error);
    }
}
