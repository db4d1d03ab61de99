using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>The machines of a root, on disk. All but <see cref="ClaimAsync"/> is called with the root claimed.</summary>
internal sealed class MachineStore(ProviderRoot root, TimeProvider time, TimeSpan patience)
{
    /// <summary>What is kept of machines that have ended.</summary>
    public EndedMachines Ended { get; } = new(root);

    /// <summary>Where the files are.</summary>
    public ProviderRoot Root => root;

    /// <summary>Claims the root: one process changes it at a time, and one that dies lets it go. Dispose to give it up.</summary>
    /// <exception cref="UnauthorizedException">The root can't be written.</exception>
    /// <exception cref="TransientException">Others were at work all the time.</exception>
    public async Task<FolderLock> ClaimAsync(CancellationToken cancellationToken)
    {
        if (WritableFolder.Error(root.Path) is { } wrong)
        {
            throw new UnauthorizedException(wrong);
        }

        if (await FolderLock.TakeAsync(root.StateFolder, patience, time, cancellationToken, provable: false) is { } claim)
        {
            return claim;
        }

        // It may be another call of this very process.
        string by = FolderLock.Look(root.StateFolder).Holder is { } holder ? $" by pid {holder.Pid}" : "";
        throw new TransientException($"{root.StateFolder} was held{by} for {patience.TotalSeconds} s; try again");
    }

    /// <summary>Reads all machines, and puts right what processes that died half-way left: see <see cref="Settle"/>.</summary>
    public MachineSurvey Survey()
    {
        List<LaunchRecord> machines = [];
        List<string> gaps = [];
        foreach (InstanceId id in Ids())
        {
            try
            {
                if (Settle(id) is { } record)
                {
                    machines.Add(record);
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                gaps.Add(exception.Message);
            }
        }

        return new MachineSurvey([.. machines], string.Join("; ", gaps));
    }

    /// <summary>
    /// The machine of a name, after what was left half done is brought to its end: a launch that never started a process is
    /// undone, one whose process is not recorded gets it, and an end that was decided and is true is recorded.
    /// </summary>
    /// <returns>Null where there is none, or none any more.</returns>
    /// <exception cref="IOException">Its record can't be read.</exception>
    public LaunchRecord? Settle(InstanceId id)
    {
        if (!InstanceName.IsOne(id.Name) || !Directory.Exists(root.FolderOf(id)))
        {
            return null;
        }

        if (!File.Exists(root.RecordOf(id)) || Ended.Has(id))
        {
            // What can't be removed yet is tried again by the next look: nothing of it runs, so nobody waits for that.
            _ = FolderRemoval.TryRemove(root.FolderOf(id));
            return null;
        }

        LaunchRecord record = LaunchRecord.Read(root.RecordOf(id));
        if (record.Id() != id)
        {
            throw new IOException($"{root.RecordOf(id)} is damaged (it is the record of {record.Id()})");
        }

        if (record.IsEnding)
        {
            if (Processes(record).AnyRuns)
            {
                return record;
            }

            Forget(record, isTold: true);
            return null;
        }

        if (record.Process is not null)
        {
            return record;
        }

        if (FindStarted(id) is { } started)
        {
            return Write(record with { Process = started });
        }

        Forget(record, isTold: false);
        return null;
    }

    /// <summary>Writes a machine's record.</summary>
    public LaunchRecord Write(LaunchRecord record)
    {
        record.Write(root.RecordOf(record.Id()));
        return record;
    }

    /// <summary>Removes a machine of which nothing runs, with all it kept.</summary>
    /// <param name="record">Its record.</param>
    /// <param name="isTold">True where it is told of as terminated from now on; false where it never was.</param>
    public void Forget(LaunchRecord record, bool isTold)
    {
        if (isTold)
        {
            Ended.Add(record);
        }

        // The record goes first where it is not told of: without it the folder is an ended launch's, whatever else is left of it.
        File.Delete(root.RecordOf(record.Id()));
        _ = FolderRemoval.TryRemove(root.FolderOf(record.Id()));
    }

    /// <summary>A machine's processes.</summary>
    public MachineProcesses Processes(LaunchRecord record) => new(root.FolderOf(record.Id()), record.Process);

    /// <summary>What a machine that has not ended is doing.</summary>
    public InstanceState StateOf(LaunchRecord record)
    {
        MachineProcesses processes = Processes(record);
        return record.IsEnding ? InstanceState.Terminating
            : processes.HoldsFolder ? InstanceState.Running
            : processes.Started ? InstanceState.Pending
            : InstanceState.Stopped;
    }

    /// <summary>The process that a launcher started before it died: whoever holds the folder, or the eldest that carries its mark.</summary>
    private ProcessProof? FindStarted(InstanceId id) => FolderLock.Look(root.FolderOf(id)).Holder
        ?? (MachineMark.Of(root.FolderOf(id)).Bearers() is [var eldest, ..] ? eldest : null);

    /// <summary>The machines that have folders, ascending by name, whether their records can be read or not.</summary>
    public IEnumerable<InstanceId> Ids() => !Directory.Exists(root.MachinesFolder)
        ? []
        : Directory.EnumerateDirectories(root.MachinesFolder)
            .Select(f => Path.GetFileName(f))
            .Where(InstanceName.IsOne)
            .Order(StringComparer.Ordinal)
            .ToArray()
            .Select(n => new InstanceId(n));
}
