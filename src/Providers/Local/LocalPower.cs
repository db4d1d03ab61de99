using System.Collections.Immutable;
using System.Diagnostics;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>
/// Stops all machines of a root as a planned stop, starts them again, and ends them for good: what <c>down</c>, <c>up</c> and
/// <c>destroy-environment</c> do, when no member runs that would launch others. A stopped machine keeps its folder, its slot and
/// its name. Thread-safe.
/// </summary>
/// <param name="options">The provider's settings.</param>
/// <param name="time">The clock.</param>
public sealed class LocalPower(LocalProviderOptions options, TimeProvider time)
{
    private readonly ProviderRoot _root = new(options.Root);
    private readonly MachineStore _store = new(new ProviderRoot(options.Root), time, options.LockPatience);

    private MachineEnding Ending => new(_store, time);

    /// <summary>True where the root has machines.</summary>
    public bool HasMachines => Directory.Exists(_root.MachinesFolder) && Directory.EnumerateDirectories(_root.MachinesFolder).Any();

    /// <summary>Asks all that the machines run to stop, and after the grace makes it.</summary>
    /// <returns>The machines that ran, ascending by name.</returns>
    /// <exception cref="TransientException">Something still runs.</exception>
    public Task<ImmutableArray<InstanceId>> StopAsync(CancellationToken cancellationToken) => DiskFaults.TypedAsync<ImmutableArray<InstanceId>>(_root, async () =>
    {
        ImmutableArray<LaunchRecord> running;
        using (await _store.ClaimAsync(cancellationToken))
        {
            running = [.. _store.Survey().Machines.Where(m => _store.Processes(m).AnyRuns)];
        }

        bool[] gone = await Task.WhenAll(running.Select(m => Ending.StopAsync(_store.Processes(m), options.StopGrace, cancellationToken)));
        return gone.All(g => g)
            ? [.. running.Select(m => m.Id())]
            : throw new TransientException("a machine's process does not end, or can't be proven to be the machine's, and was sent nothing");
    });

    /// <summary>Starts the machines that were stopped.</summary>
    /// <returns>Those that it started, ascending by name.</returns>
    public Task<ImmutableArray<InstanceId>> StartAsync(CancellationToken cancellationToken) => DiskFaults.TypedAsync<ImmutableArray<InstanceId>>(_root, async () =>
    {
        using FolderLock claim = await _store.ClaimAsync(cancellationToken);
        ImmutableArray<LaunchRecord> stopped =
            [.. _store.Survey().Machines.Where(m => !m.IsEnding && _store.StateOf(m) == InstanceState.Stopped)];
        foreach (LaunchRecord record in stopped)
        {
            var machine = new LocalMachine(
                record.Id(), record.Tags(), new Zone(record.Zone), _root.FolderOf(record.Id()), SlotPorts.Of(options.BasePort, record.Slot));
            using Process process = DetachedProcess.Start(
                options.Command(machine), machine.Folder, machine.LogFile, e => LocalLaunch.Adjust(e, machine.Folder));
            _store.Write(record with { Process = ProcessProof.Observe(process.Id) ?? new ProcessProof(process.Id, -1, "gone") });
        }

        return [.. stopped.Select(m => m.Id())];
    });

    /// <summary>Ends all machines for good, and removes what the provider made.</summary>
    /// <returns>The machines that it ended, ascending by name.</returns>
    /// <exception cref="TransientException">Something still runs; nothing else was removed.</exception>
    public Task<ImmutableArray<InstanceId>> DestroyAsync(CancellationToken cancellationToken) => DiskFaults.TypedAsync<ImmutableArray<InstanceId>>(_root, async () =>
    {
        if (!Directory.Exists(_root.StateFolder) && !HasMachines)
        {
            return [];
        }

        ImmutableArray<LaunchRecord> all;
        using (await _store.ClaimAsync(cancellationToken))
        {
            all = [.. _store.Survey().Machines.Select(Ending.Decide)];
        }

        await Ending.EndAsync(all, options.StopGrace, cancellationToken);
        if (!HasMachines)
        {
            foreach (string folder in new[] { _root.MachinesFolder, _root.StateFolder }.Where(Directory.Exists))
            {
                Directory.Delete(folder, recursive: true);
            }
        }

        return [.. all.Select(m => m.Id())];
    });
}
