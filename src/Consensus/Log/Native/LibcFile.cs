using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StateServer.Consensus.Log.Native;

/// <summary>One file of <see cref="LibcDisk"/>.</summary>
internal sealed class LibcFile(string path, SafeFileHandle handle, LibcDisk disk) : IDiskFile
{
    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public long Length => RandomAccess.GetLength(handle);

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            Span<byte> rest = buffer[total..];
            nint read = Libc.ReadAt(handle, ref MemoryMarshal.GetReference(rest), (nuint)rest.Length, offset + total);
            if (read == 0)
            {
                break;
            }

            if (read > 0)
            {
                total += (int)read;
            }
            else if (Marshal.GetLastPInvokeError() is var error && error != Libc.EINTR)
            {
                throw LibcDisk.Failure("read", path, error);
            }
        }

        return total;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        while (bytes.Length > 0)
        {
            nint written = Libc.WriteAt(handle, in MemoryMarshal.GetReference(bytes), (nuint)bytes.Length, offset);
            if (written >= 0)
            {
                bytes = bytes[(int)written..];
                offset += written;
            }
            else if (Marshal.GetLastPInvokeError() is var error && error != Libc.EINTR)
            {
                throw LibcDisk.Failure("write", path, error);
            }
        }
    }

    /// <inheritdoc/>
    public void Reserve(long length)
    {
        int error;
        do
        {
            error = Libc.Allocate(handle, 0, 0, length) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Libc.EINTR);
        if (LibcDisk.IsFull(error))
        {
            throw LibcDisk.Failure("reserve", path, error);
        }
    }

    /// <inheritdoc/>
    public void Sync()
    {
        if (DataSync() is var error and not 0)
        {
            disk.End(path, "fdatasync", LibcDisk.Failure("fdatasync", path, error));
        }
    }

    /// <inheritdoc/>
    public void SyncDraft()
    {
        if (DataSync() is not (var error and not 0))
        {
            return;
        }

        IOException failure = LibcDisk.Failure("fdatasync", path, error);
        if (failure is DiskFullException)
        {
            throw failure;
        }

        disk.End(path, "fdatasync", failure);
    }

    /// <inheritdoc/>
    public void ForgetCache() => _ = Libc.Advise(handle, 0, 0, Libc.DoNotNeed);

    /// <inheritdoc/>
    public void Dispose() => handle.Dispose();

    /// <returns>The errno; 0 for none.</returns>
    private int DataSync()
    {
        int error;
        do
        {
            error = Libc.DataSync(handle) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == Libc.EINTR);
#if PLANTED_IgnoreFailedFsync
        error = 0;
#endif
        return error;
    }
}
