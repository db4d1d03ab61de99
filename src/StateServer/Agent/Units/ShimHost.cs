using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using StateServer.Agent.Native;
using StateServer.Agent.Shim;
using StateServer.Domain.Identity;
using StateServer.Providers.Local;
using StateServer.Providers.Local.Native;

namespace StateServer.Agent.Units;

/// <summary>Runs each unit below a shim: this same executable, in a session of its own.</summary>
/// <param name="agentFolder">The agent's folder.</param>
/// <param name="executable">The command that the executable is started with: its path, or <c>dotnet</c> and the assembly's.</param>
internal sealed class ShimHost(string agentFolder, IReadOnlyList<string> executable) : IUnitHost, IDisposable
{
    /// <summary>Runtime settings that make a process that only waits small: no collector thread, no diagnostic port, one heap, few tiers.</summary>
    private static readonly (string Name, string Value)[] SmallRuntime =
    [
        ("DOTNET_gcConcurrent", "0"),
        ("DOTNET_gcServer", "0"),
        ("DOTNET_EnableDiagnostics", "0"),
        ("DOTNET_TieredPGO", "0"),
        ("DOTNET_GCgen0size", "0x40000"),
        ("DOTNET_GCHeapHardLimit", "0x4000000"),
    ];

    private readonly Dictionary<UnitName, SafeFileHandle> _shims = [];

    /// <inheritdoc/>
    public IReadOnlyList<UnitOrder> Found()
    {
        string root = UnitFolder.Root(agentFolder);
        if (!Directory.Exists(root))
        {
            return [];
        }

        var found = new List<UnitOrder>();
        foreach (string path in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
        {
            var folder = new UnitFolder(path);
            if (UnitOrder.Read(folder.OrderFile) is { } order && UnitFolder.Of(agentFolder, order.Unit) == folder)
            {
                found.Add(order);
                Adopt(order.Unit);
            }
        }

        return found;
    }

    /// <inheritdoc/>
    public void Start(UnitOrder order, long leaseEnd)
    {
        UnitFolder folder = Folder(order.Unit);
        Directory.CreateDirectory(folder.Path);
        if (order.IsSingleton)
        {
            UnitLease.Write(folder.LeaseFile, leaseEnd);
        }

        order.Write(folder.OrderFile);

        // As of a member: the shell gives the shim its streams before the runtime starts, and exec keeps the process id.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false, WorkingDirectory = folder.Path };
        foreach (string argument in (string[])["-c", "exec \"$@\" </dev/null >\"$0\" 2>&1", folder.ShimLog, .. executable, UnitShim.VerbName, folder.Path])
        {
            start.ArgumentList.Add(argument);
        }

        foreach ((string name, string value) in SmallRuntime)
        {
            start.Environment[name] = value;
        }

        // A shim that has not claimed its folder yet is found by this: an agent that died a moment ago may have left one.
        start.Environment[UnitOrder.TokenVariable] = order.Token;
        using Process shim = Process.Start(start) ?? throw new IOException("the shell did not start");
        if (LibC.OpenProcess(shim.Id) is { } handle)
        {
            // One that has ended at once was waited for already: its number may be a stranger's.
            if (UnitProcesses.MarkOf(order.Token).IsCarriedBy(shim.Id))
            {
                Keep(order.Unit, handle);
            }
            else
            {
                handle.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public void Look()
    {
        if (_shims.Count == 0)
        {
            return;
        }

        UnitName[] units = [.. _shims.Keys];
        PollEntry[] entries = [.. units.Select(unit => PollEntry.Reading(_shims[unit]))];
        ProcessCalls.Poll(entries, 0);
        for (int i = 0; i < units.Length; i++)
        {
            if (entries[i].IsReady && _shims.Remove(units[i], out SafeFileHandle? ended))
            {
                ended.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public bool Runs(UnitName unit) => _shims.ContainsKey(unit) || FolderLock.Look(Folder(unit).Path).IsHeld;

    /// <inheritdoc/>
    public void AskToStop(UnitName unit)
    {
        if (_shims.TryGetValue(unit, out SafeFileHandle? shim))
        {
            LibC.Signal(shim, LibC.SigTerm);
        }
        else
        {
            ProvenSignal.Send(Folder(unit).Path, LibC.SigTerm);
        }
    }

    /// <inheritdoc/>
    public bool Kill(UnitOrder order)
    {
        if (_shims.TryGetValue(order.Unit, out SafeFileHandle? shim))
        {
            LibC.Signal(shim, LibC.SigKill);
        }
        else
        {
            ProvenSignal.Send(Folder(order.Unit).Path, LibC.SigKill);
        }

        return UnitProcesses.KillAll(order.Token);
    }

    /// <inheritdoc/>
    public UnitExit? ExitOf(UnitOrder order) => UnitExit.Read(Folder(order.Unit).ExitFile, order.Token);

    /// <inheritdoc/>
    public void Renew(UnitName unit, long leaseEnd) => UnitLease.Write(Folder(unit).LeaseFile, leaseEnd);

    /// <inheritdoc/>
    public void Remove(UnitName unit)
    {
        if (FolderRemoval.TryRemove(Folder(unit).Path) is { } left)
        {
            throw new IOException(left);
        }
    }

    /// <summary>Lets go of the handles; the units run on.</summary>
    public void Dispose()
    {
        foreach (SafeFileHandle shim in _shims.Values)
        {
            shim.Dispose();
        }

        _shims.Clear();
    }

    private UnitFolder Folder(UnitName unit) => UnitFolder.Of(agentFolder, unit);

    /// <summary>Opens a handle to the shim that proves to hold the unit's folder: the proof is taken again with it open.</summary>
    private void Adopt(UnitName unit)
    {
        string path = Folder(unit).Path;
        if (FolderLock.Look(path).Holder is { } holder && LibC.OpenProcess(holder.Pid) is { } handle)
        {
            if (FolderLock.Look(path).Holder == holder)
            {
                Keep(unit, handle);
            }
            else
            {
                handle.Dispose();
            }
        }
    }

    private void Keep(UnitName unit, SafeFileHandle shim)
    {
        if (_shims.Remove(unit, out SafeFileHandle? before))
        {
            before.Dispose();
        }

        _shims[unit] = shim;
    }
}
