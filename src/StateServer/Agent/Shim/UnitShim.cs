using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using StateServer.Agent.Logs;
using StateServer.Agent.Native;
using StateServer.Agent.Units;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Agent.Shim;

/// <summary>
/// The process that keeps one run of a unit: its parent, its log, the record of how it ended, and the watch over its lease. It
/// outlives the agent, is found again by its claim on the unit's folder, and stops the unit when it gets TERM. It does nothing but
/// wait in one call, and no network, disk or agent can hold that up (ADR 0080).
/// </summary>
internal sealed class UnitShim : IDisposable
{
    /// <summary>The hidden verb that runs it, followed by the unit's folder.</summary>
    public const string VerbName = "unit-run";

    /// <summary>Whoever looks at the claim holds a shared lock for an instant; the run before may be writing its last words.</summary>
    private static readonly TimeSpan ClaimPatience = TimeSpan.FromSeconds(5);

    /// <summary>After the unit's end, for output that a process outside of its group still holds open.</summary>
    private static readonly TimeSpan OutputPatience = TimeSpan.FromSeconds(1);

    private readonly UnitFolder _folder;
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _timer = ProcessCalls.MakeTimer();
    private readonly PosixSignalRegistration[] _signals;
    private bool _asked;

    private UnitShim(UnitFolder folder)
    {
        _folder = folder;
        _signals =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, Ask),
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
                .Select(signal => PosixSignalRegistration.Create(signal, static context => context.Cancel = true)),
        ];
    }

    /// <summary>Runs the unit whose order is in a folder, to its end.</summary>
    /// <returns>0, or 1 where another process keeps the folder, or there is no order in it.</returns>
    public static async Task<int> RunAsync(string folder)
    {
        LibC.StartSession();
        using var shim = new UnitShim(new UnitFolder(Path.GetFullPath(folder)));
        using FolderLock? claim = await FolderLock.TakeAsync(folder, ClaimPatience, TimeProvider.System, CancellationToken.None);
        if (claim is null || UnitOrder.Read(shim._folder.OrderFile) is not { } order)
        {
            await Console.Error.WriteLineAsync($"{folder} {(claim is null ? "is kept by another process" : "has no order that can be read")}");
            return 1;
        }

        UnitExit exit;
        try
        {
            exit = shim.Keep(order);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            UnitProcesses.KillAll(order.Token);
            exit = new UnitExit(order.Token, UnitEnd.NotStarted, 127, failure.Message.ReplaceLineEndings(" "));
        }

        try
        {
            exit.Write(shim._folder.ExitFile);
            return 0;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // The unit is gone all the same; how it ended stays unknown.
            await Console.Error.WriteLineAsync(failure.Message);
            return 1;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals)
        {
            signal.Dispose();
        }

        _timer.Dispose();
    }

    private UnitExit Keep(UnitOrder order)
    {
        using UnitLease? lease = order.IsSingleton ? UnitLease.Open(_folder.LeaseFile) : null;
        if (lease is not null && ProcessCalls.BootTimeNanoseconds() >= lease.End)
        {
            return new UnitExit(order.Token, UnitEnd.LeaseEnded, 0, "");
        }

        if (_asked)
        {
            return new UnitExit(order.Token, UnitEnd.Asked, 0, "");
        }

        Directory.CreateDirectory(_folder.Work);
        Environment.CurrentDirectory = _folder.Work;
        (SafeFileHandle reader, SafeFileHandle writer) = ProcessCalls.Pipe();
        int pid;
        using (writer)
        {
            pid = ProcessCalls.Spawn(order.Command, [.. order.Variables, $"{UnitOrder.TokenVariable}={order.Token}"], writer);
        }

        using SafeFileHandle process = LibC.OpenProcess(pid) ?? throw new IOException("pidfd_open failed: StateServer needs Linux 5.3 or newer");
        var output = new ShimOutput(reader, new UnitLog(_folder.Logs, order.LogBytes));
        var stop = new ShimStop(order.GraceSeconds, lease is null ? null : () => lease.End);
        WatchOver(pid, process, stop);

        // The leader of the group is not reaped yet, so that its number, the group's, is nobody else's.
        int code = ProcessCalls.ExitCodeOf(pid);
        ProcessCalls.SignalGroup(pid, LibC.SigKill);
        ProcessCalls.Reap(pid);
        UnitProcesses.KillAll(order.Token);
        output.WaitForEnd(OutputPatience);
        return new UnitExit(order.Token, stop.Cause ?? UnitEnd.Ended, code, "");
    }

    private void WatchOver(int pid, SafeFileHandle process, ShimStop stop)
    {
        Span<PollEntry> awaited = [PollEntry.Reading(process), PollEntry.Reading(_timer)];
        while (true)
        {
            lock (_gate)
            {
                ProcessCalls.SetTimer(_timer, _asked && stop.Cause is null ? 0 : stop.LookAt);
            }

            ProcessCalls.Poll(awaited, -1);
            if (awaited[0].IsReady)
            {
                return;
            }

            if (stop.Due(ProcessCalls.BootTimeNanoseconds(), _asked, LibC.SigTerm, LibC.SigKill) is not 0 and var signal)
            {
                ProcessCalls.SignalGroup(pid, signal);
            }
        }
    }

    private void Ask(PosixSignalContext context)
    {
        context.Cancel = true;
        lock (_gate)
        {
            _asked = true;
            ProcessCalls.SetTimer(_timer, 0);
        }
    }
}
