using System.Diagnostics;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>Makes one machine: record first, then process. The root is claimed all the while.</summary>
/// <param name="options">The provider's settings.</param>
/// <param name="store">The machines.</param>
/// <param name="start">Starts the process: arguments, folder, log and what changes its environment.</param>
internal sealed class LocalLaunch(LocalProviderOptions options, MachineStore store, StartProcess start)
{
    /// <summary>The lowest slot whose process is gone and whose ports are free.</summary>
    /// <param name="living">The machines that live.</param>
    /// <exception cref="QuotaExceededException">There is none.</exception>
    public int FreeSlot(IEnumerable<LaunchRecord> living)
    {
        HashSet<int> taken = [.. living.Select(m => m.Slot)];
        for (int slot = 0; slot < options.MostMachines; slot++)
        {
            if (!taken.Contains(slot) && !SlotPorts.Of(options.BasePort, slot).Errors().Any())
            {
                return slot;
            }
        }

        throw new QuotaExceededException(
            $"none of the {options.MostMachines} slots from port {options.BasePort} on has free ports; terminate machines, or stop what listens there");
    }

    /// <summary>Makes the machine.</summary>
    /// <returns>Its record, with the process.</returns>
    /// <exception cref="IOException">It did not start; nothing of it is left.</exception>
    /// <exception cref="InvalidRequestException">The program isn't there; nothing of it is left.</exception>
    public LaunchRecord Make(LaunchRequest request, int slot)
    {
        LaunchRecord record = LaunchRecord.Of(request, slot);
        LocalMachine machine = MachineOf(record);
        string program = options.Command(machine)[0];
        if (!File.Exists(program))
        {
            throw new InvalidRequestException($"the machine's program {program} is not there");
        }

        try
        {
            Prepare(machine, request, record);
            return Start(record);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Undo(record, machine.Folder);
            throw;
        }
    }

    /// <summary>Starts the process of a machine that has none, and writes down which it is.</summary>
    /// <returns>The record, with the process.</returns>
    /// <exception cref="IOException">It did not start, or which it is could not be written.</exception>
    public LaunchRecord Start(LaunchRecord record)
    {
        LocalMachine machine = MachineOf(record);
        using Process process = start(options.Command(machine), machine.Folder, machine.LogFile, e => Adjust(e, machine.Folder));

        // One that has ended already has no proof: its number and a start time that none can have name it as gone.
        return store.Write(record with { Process = ProcessProof.Observe(process.Id) ?? new ProcessProof(process.Id, -1, "gone") });
    }

    /// <summary>What a machine's command line is made from.</summary>
    public LocalMachine MachineOf(LaunchRecord record) => new(
        record.Id(), record.Tags(), new Zone(record.Zone), store.Root.FolderOf(record.Id()), SlotPorts.Of(options.BasePort, record.Slot));

    private static void Prepare(LocalMachine machine, LaunchRequest request, LaunchRecord record)
    {
        Directory.CreateDirectory(machine.Folder);
        var mine = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            mine.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new FileStream(machine.UserDataFile, mine))
        {
            file.Write(request.UserData.AsSpan());
        }

        record.Write(Path.Combine(machine.Folder, LaunchRecord.FileName));
    }

    /// <summary>A machine's start must not depend on who launches it: settings of the launcher's own are left out.</summary>
    private static void Adjust(IDictionary<string, string?> environment, string folder)
    {
        foreach (string name in environment.Keys.Where(k => k.StartsWith("STATESERVER_", StringComparison.Ordinal)).ToArray())
        {
            environment.Remove(name);
        }

        environment[MachineMark.Variable] = folder;
    }

    /// <summary>Where a process may live all the same, the record stays: the next look at the machine settles it.</summary>
    private void Undo(LaunchRecord record, string folder)
    {
        if (Directory.Exists(folder) && !store.Processes(record).AnyRuns)
        {
            store.Forget(record, isTold: false);
        }
    }
}
