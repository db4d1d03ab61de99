using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StateServer.Consensus.Log.Native;

/// <summary>The calls into libc. .NET's own flushes swallow the errors of fsync, and its writes hide errno.</summary>
internal static partial class Libc
{
    internal const int EINTR = 4;
    internal const int ENOSPC = 28;
    internal const int EFBIG = 27;
    internal const int EDQUOT = 122;
    internal const int DoNotNeed = 4;
    private const int OpenReadOnlyFolder = 0x10000 | 0x80000; // O_RDONLY | O_DIRECTORY | O_CLOEXEC on x86-64
    private const int OpenReadOnlyFolderArm = 0x4000 | 0x80000; // the same on arm64
    private const short PollOut = 4;

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    internal static partial int DataSync(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "pwrite", SetLastError = true)]
    internal static partial nint WriteAt(SafeFileHandle file, in byte bytes, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "pread", SetLastError = true)]
    internal static partial nint ReadAt(SafeFileHandle file, ref byte buffer, nuint count, long offset);

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    internal static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    internal static partial int Advise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "rename", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Rename(string from, string to);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Unlink(string path);

    [LibraryImport("libc", EntryPoint = "_exit")]
    internal static partial void Exit(int code);

    [LibraryImport("libc", EntryPoint = "write")]
    internal static partial nint WriteTo(int descriptor, byte[] bytes, nuint count);

    /// <summary>fsync of a folder.</summary>
    /// <returns>0, or the errno.</returns>
    internal static int SyncFolder(string path)
    {
        int flags = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
            ? OpenReadOnlyFolderArm
            : OpenReadOnlyFolder;
        int descriptor = Open(path, flags, 0);
        if (descriptor < 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        int error;
        do
        {
            error = Sync(descriptor) == 0 ? 0 : Marshal.GetLastPInvokeError();
        }
        while (error == EINTR);
        _ = Close(descriptor);
        return error;
    }

    internal static bool IsWritable(int descriptor, int milliseconds)
    {
        var request = new PollRequest { Descriptor = descriptor, Events = PollOut };
        return Poll(ref request, 1, milliseconds) == 1 && (request.Answers & PollOut) != 0;
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref PollRequest requests, nuint count, int milliseconds);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollRequest
    {
        public int Descriptor;
        public short Events;
        public short Answers;
    }
}
