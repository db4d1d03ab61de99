using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StateServer.Providers.Local.Native;

/// <summary>The few calls of Linux's C library that .NET has no door to. Constants are those of x86-64 and arm64 alike.</summary>
public static partial class LibC
{
    /// <summary>Asks a process to end.</summary>
    public const int SigTerm = 15;

    /// <summary>Ends a process.</summary>
    public const int SigKill = 9;

    private const int LockShared = 1;
    private const int LockExclusive = 2;
    private const int LockNonBlocking = 4;
    private const int WouldBlock = 11;
    private const int Interrupted = 4;
    private const int NoEntry = 2;
    private const int OpenReadOnly = 0;
    private const int OpenReadWrite = 2;
    private const int OpenCreate = 0x40;
    private const int OpenWriteOnly = 1;
    private const int OpenAppend = 0x400;
    private const int OpenCloseOnExec = 0x80000;
    private const int PidfdOpenCall = 434;
    private const int PidfdSendSignalCall = 424;
    private const int CloseRangeCall = 436;
    private const int CloseRangeOnExec = 4;
    private const int WriteAccess = 2;
    private const int SearchAccess = 1;

    /// <summary>Opens, and makes where it is missing, a file to lock; it isn't inherited by child processes.</summary>
    public static SafeFileHandle OpenForLock(string path) =>
        Checked(Open(path, OpenReadWrite | OpenCreate | OpenCloseOnExec, 0x1A4), path);

    /// <summary>Opens a file to see whether it is locked; it is neither made nor inherited by child processes.</summary>
    /// <returns>Null where it is not there.</returns>
    public static SafeFileHandle? OpenToLook(string path)
    {
        int descriptor = Open(path, OpenReadOnly | OpenCloseOnExec, 0);
        return descriptor < 0 && Marshal.GetLastPInvokeError() == NoEntry ? null : Checked(descriptor, path);
    }

    /// <summary>True where an open file has no name any more: a lock on it is a lock on nothing that others can find.</summary>
    public static bool IsNameless(SafeFileHandle file) =>
        TargetOf($"/proc/self/fd/{(int)file.DangerousGetHandle()}")?.EndsWith(" (deleted)", StringComparison.Ordinal) ?? false;

    /// <summary>Makes a file's bytes durable (fsync); .NET's own calls swallow the errors.</summary>
    /// <exception cref="IOException">They are not.</exception>
    public static void Sync(SafeFileHandle file, string path)
    {
        while (SyncCall(file) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
    }

    /// <summary>Makes a folder's names durable.</summary>
    /// <exception cref="IOException">They are not.</exception>
    public static void SyncFolder(string path)
    {
        using SafeFileHandle folder = Checked(Open(path, OpenReadOnly | OpenCloseOnExec, 0), path);
        Sync(folder, path);
    }

    /// <summary>Locks an open file as a whole, without waiting.</summary>
    /// <returns>False where another open file description holds it.</returns>
    public static bool TryLock(SafeFileHandle file, bool exclusive)
    {
        while (Flock(file, (exclusive ? LockExclusive : LockShared) | LockNonBlocking) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            if (errno == WouldBlock)
            {
                return false;
            }

            if (errno != Interrupted)
            {
                throw new IOException(new Win32Exception(errno).Message);
            }
        }

        return true;
    }

    /// <summary>
    /// Appends standard output and standard error to a file from now on, whoever writes them. Duplicates of what was there
    /// before, which the runtime may have made, follow: else they would keep the starter's pipe open.
    /// </summary>
    public static void RedirectOutput(string path)
    {
        using SafeFileHandle file = Checked(Open(path, OpenWriteOnly | OpenCreate | OpenAppend | OpenCloseOnExec, 0x1A4), path);
        int descriptor = (int)file.DangerousGetHandle();
        string?[] before = [TargetOf("/proc/self/fd/1"), TargetOf("/proc/self/fd/2")];
        if (Dup2(descriptor, 1) < 0 || Dup2(descriptor, 2) < 0)
        {
            throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        foreach (string entry in Directory.EnumerateFileSystemEntries("/proc/self/fd").ToArray())
        {
            if (int.TryParse(Path.GetFileName(entry), out int duplicate) && duplicate > 2 && duplicate != descriptor
                && TargetOf(entry) is { } target && IsStream(target) && before.Contains(target))
            {
                _ = Dup3(descriptor, duplicate, OpenCloseOnExec);
            }
        }
    }

    /// <summary>Reads nothing from standard input any more: a process without a terminal must not hold its starter's.</summary>
    public static void CloseInput()
    {
        using SafeFileHandle nothing = Checked(Open("/dev/null", OpenReadWrite | OpenCloseOnExec, 0), "/dev/null");
        _ = Dup2((int)nothing.DangerousGetHandle(), 0);
    }

    /// <summary>
    /// Gives no process that is started from now on what this one was given itself beside input, output and error: a lock of the shell
    /// that called it would be held for as long as they run. Kernels before 5.11 don't know how, and nothing changes there.
    /// </summary>
    public static void KeepWhatWasGiven() => _ = SystemCall(CloseRangeCall, 3, uint.MaxValue, CloseRangeOnExec, 0);

    /// <summary>Makes this process the leader of a session of its own, so that the terminal's Ctrl-C and hang-up don't reach it.</summary>
    public static void StartSession()
    {
        // It fails only for the leader of a process group, which the terminal's signals to its parent's group miss anyway.
        _ = SetSid();
    }

    /// <summary>True where this user may make files in a folder.</summary>
    public static bool MayWrite(string folder) => Access(folder, WriteAccess | SearchAccess) == 0;

    /// <summary>A handle that names this very process for as long as it is open, even when its number is used again.</summary>
    /// <returns>Null where there is no such process.</returns>
    public static SafeFileHandle? OpenProcess(int pid)
    {
        long descriptor = SystemCall(PidfdOpenCall, pid, 0, 0, 0);
        return descriptor < 0 ? null : new SafeFileHandle((nint)descriptor, ownsHandle: true);
    }

    /// <summary>Sends a signal to the process that a handle names; false where it is gone, or is not ours to signal.</summary>
    public static bool Signal(SafeFileHandle process, int signal) =>
        SystemCall(PidfdSendSignalCall, (long)process.DangerousGetHandle(), signal, 0, 0) == 0;

    private static string? TargetOf(string descriptorEntry)
    {
        try
        {
            return new FileInfo(descriptorEntry).LinkTarget;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>A pipe, socket or terminal is one thing under one name; a plain file's name may stand for another use of it.</summary>
    private static bool IsStream(string target) =>
        target.StartsWith("pipe:", StringComparison.Ordinal)
        || target.StartsWith("socket:", StringComparison.Ordinal)
        || target.StartsWith("/dev/pts/", StringComparison.Ordinal)
        || target.StartsWith("/dev/tty", StringComparison.Ordinal);

    private static SafeFileHandle Checked(int descriptor, string path) => descriptor >= 0
        ? new SafeFileHandle(descriptor, ownsHandle: true)
        : throw new IOException($"{path}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int SyncCall(SafeFileHandle file);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int Flock(SafeFileHandle file, int operation);

    [LibraryImport("libc", EntryPoint = "dup2", SetLastError = true)]
    private static partial int Dup2(int from, int to);

    [LibraryImport("libc", EntryPoint = "dup3", SetLastError = true)]
    private static partial int Dup3(int from, int to, int flags);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSid();

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Access(string path, int mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long a, long b, long c, long d);
}
