using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace StateServer.Agent.Native;

/// <summary>
/// What Linux's C library has for parents of processes and .NET has no door to. Constants are those of x86-64 and arm64 alike.
/// </summary>
internal static unsafe partial class ProcessCalls
{
    public const short Readable = 1;

    private const int BootTimeClock = 7;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int AbsoluteTime = 1;
    private const int SpawnSetSignalDefaults = 4;
    private const int SpawnSetSignalMask = 8;
    private const int SpawnNewSession = 0x80;
    private const int WaitForPid = 1;
    private const int WaitExited = 4;
    private const int WaitLeaveIt = 0x1000000;
    private const int CodeExited = 1;
    private const int Interrupted = 4;

    /// <summary>Larger than posix_spawnattr_t (336), posix_spawn_file_actions_t (80) and sigset_t (128) of glibc and musl.</summary>
    private const int Opaque = 512;

    /// <summary>Nanoseconds since the machine's boot, time asleep included; no setting of the clock moves it.</summary>
    public static long BootTimeNanoseconds()
    {
        TimeSpec now;
        return ClockGetTime(BootTimeClock, &now) == 0
            ? (now.Seconds * 1_000_000_000) + now.Nanoseconds
            : throw Failure("clock_gettime");
    }

    /// <summary>A pipe whose ends no child inherits.</summary>
    public static (SafeFileHandle Reader, SafeFileHandle Writer) Pipe()
    {
        int* ends = stackalloc int[2];
        return Pipe2(ends, CloseOnExec) == 0
            ? (new SafeFileHandle(ends[0], true), new SafeFileHandle(ends[1], true))
            : throw Failure("pipe2");
    }

    /// <summary>A descriptor that gets readable when the boot-time clock reaches what <see cref="SetTimer"/> says, asleep or not.</summary>
    public static SafeFileHandle MakeTimer()
    {
        int descriptor = TimerCreate(BootTimeClock, CloseOnExec | NonBlocking);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, true) : throw Failure("timerfd_create");
    }

    /// <summary>Sets a timer, nanoseconds since boot; one that is past fires at once.</summary>
    public static void SetTimer(SafeFileHandle timer, long at)
    {
        TimerSpec spec = default;
        spec.First.Seconds = Math.Max(at, 1) / 1_000_000_000;
        spec.First.Nanoseconds = Math.Max(at, 1) % 1_000_000_000;
        if (TimerSet(timer, AbsoluteTime, &spec, null) != 0)
        {
            throw Failure("timerfd_settime");
        }
    }

    /// <summary>Waits until one of the descriptors is ready.</summary>
    /// <param name="entries">What is awaited; told what happened.</param>
    /// <param name="milliseconds">How long at most; −1 for ever, 0 not at all.</param>
    public static void Poll(Span<PollEntry> entries, int milliseconds)
    {
        fixed (PollEntry* first = entries)
        {
            if (PollCall(first, (nuint)entries.Length, milliseconds) < 0 && Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure("poll");
            }
        }
    }

    /// <summary>Reads from a pipe; 0 at its end, which a failure is too.</summary>
    public static int Read(SafeFileHandle pipe, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                nint read = ReadCall(pipe, bytes, (nuint)buffer.Length);
                if (read >= 0)
                {
                    return (int)read;
                }

                if (Marshal.GetLastPInvokeError() != Interrupted)
                {
                    return 0;
                }
            }
        }
    }

    /// <summary>
    /// Starts a program, found as a shell finds it, as the leader of a session and process group of its own, with all signals as by default
    /// and nothing open but its standard streams. It runs in this process's working folder.
    /// </summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Its whole environment, each NAME=VALUE.</param>
    /// <param name="output">Its standard output and error.</param>
    /// <returns>Its process id. It stays a child of this process until <see cref="Reap"/>.</returns>
    /// <exception cref="IOException">It can't be started; the message says why.</exception>
    public static int Spawn(IReadOnlyList<string> command, IReadOnlyList<string> environment, SafeFileHandle output)
    {
        byte* attributes = stackalloc byte[Opaque];
        byte* actions = stackalloc byte[Opaque];
        byte* none = stackalloc byte[Opaque];
        byte* all = stackalloc byte[Opaque];
        _ = AttributesInit(attributes);
        _ = ActionsInit(actions);
        nint[] arguments = Texts(command);
        nint[] variables = Texts(environment);
        try
        {
            _ = EmptySet(none);
            _ = FillSet(all);
            _ = AttributesMask(attributes, none);
            _ = AttributesDefaults(attributes, all);
            _ = AttributesFlags(attributes, SpawnSetSignalDefaults | SpawnSetSignalMask | SpawnNewSession);
            int writer = (int)output.DangerousGetHandle();
            _ = ActionsOpen(actions, 0, "/dev/null", 0, 0);
            _ = ActionsDup(actions, writer, 1);
            _ = ActionsDup(actions, writer, 2);
            int pid;
            fixed (nint* argv = arguments, envp = variables)
            {
                int error = SpawnCall(&pid, command[0], actions, attributes, argv, envp);
                return error == 0 ? pid : throw new IOException($"{command[0]} can't be started: {Marshal.GetPInvokeErrorMessage(error)}");
            }
        }
        finally
        {
            Free(arguments);
            Free(variables);
            _ = ActionsDestroy(actions);
            _ = AttributesDestroy(attributes);
        }
    }

    /// <summary>How a child ended, which must have; its number stays taken until <see cref="Reap"/>.</summary>
    /// <returns>The exit code, or 128 and the signal.</returns>
    public static int ExitCodeOf(int pid) => Wait(pid, WaitExited | WaitLeaveIt);

    /// <summary>Lets an ended child go.</summary>
    public static void Reap(int pid) => _ = Wait(pid, WaitExited);

    /// <summary>Signals a process group; nothing where there is none.</summary>
    public static void SignalGroup(int leader, int signal)
    {
        // 0 and 1 would mean this process's own group, and everything.
        ArgumentOutOfRangeException.ThrowIfLessThan(leader, 2);
        _ = Kill(-leader, signal);
    }

    private static int Wait(int pid, int options)
    {
        // siginfo_t is 128 bytes; of SIGCHLD's, int 2 is the code and int 6 the status (after pid and uid at ints 4 and 5).
        int* info = stackalloc int[32];
        while (WaitId(WaitForPid, pid, info, options) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Interrupted)
            {
                throw Failure("waitid");
            }
        }

        return info[2] == CodeExited ? info[6] : 128 + info[6];
    }

    private static nint[] Texts(IReadOnlyList<string> texts) =>
        [.. texts.Select(Marshal.StringToCoTaskMemUTF8), 0];

    private static void Free(nint[] texts)
    {
        foreach (nint text in texts)
        {
            Marshal.FreeCoTaskMem(text);
        }
    }

    private static IOException Failure(string call) => new($"{call}: {Marshal.GetLastPInvokeErrorMessage()}");

    [LibraryImport("libc", EntryPoint = "clock_gettime", SetLastError = true)]
    private static partial int ClockGetTime(int clock, TimeSpec* time);

    [LibraryImport("libc", EntryPoint = "pipe2", SetLastError = true)]
    private static partial int Pipe2(int* ends, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_create", SetLastError = true)]
    private static partial int TimerCreate(int clock, int flags);

    [LibraryImport("libc", EntryPoint = "timerfd_settime", SetLastError = true)]
    private static partial int TimerSet(SafeFileHandle timer, int flags, TimerSpec* value, TimerSpec* old);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCall(PollEntry* entries, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadCall(SafeFileHandle file, byte* buffer, nuint count);

    [LibraryImport("libc", EntryPoint = "waitid", SetLastError = true)]
    private static partial int WaitId(int kind, int id, int* info, int options);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "posix_spawnp", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SpawnCall(int* pid, string file, byte* actions, byte* attributes, nint* argv, nint* envp);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_init")]
    private static partial int AttributesInit(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_destroy")]
    private static partial int AttributesDestroy(byte* attributes);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setflags")]
    private static partial int AttributesFlags(byte* attributes, short flags);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigmask")]
    private static partial int AttributesMask(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawnattr_setsigdefault")]
    private static partial int AttributesDefaults(byte* attributes, byte* signals);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_init")]
    private static partial int ActionsInit(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_destroy")]
    private static partial int ActionsDestroy(byte* actions);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_adddup2")]
    private static partial int ActionsDup(byte* actions, int from, int to);

    [LibraryImport("libc", EntryPoint = "posix_spawn_file_actions_addopen", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ActionsOpen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "sigemptyset")]
    private static partial int EmptySet(byte* signals);

    [LibraryImport("libc", EntryPoint = "sigfillset")]
    private static partial int FillSet(byte* signals);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimerSpec
    {
        public TimeSpec Interval;
        public TimeSpec First;
    }
}
