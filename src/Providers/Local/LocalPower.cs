using System.Collections.Immutable;
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

    private readonly LocalLaunch _launch = new(options, new MachineStore(new ProviderRoot(options.Root), time, options.LockPatience), DetachedProcess.Start);

    private MachineEnding Ending => new(_store, time);

    /// <summary>True where the root has machines.</summary>
    public bool HasMachines => Directory.Exists(_root.MachinesFolder) && Directory.EnumerateDirectories(_root.MachinesFolder).Any();

    /// <summary>
    /// The machines of one role, ascending by number, but for those whose end is decided. It claims and changes nothing, so that any
    /// verb may ask at any time: a machine whose record can't be read, or is gone by then, is left out.
    /// </summary>
    public ImmutableArray<LocalMachineSight> Look(InstanceRole role) =>
    [
        .. Readable().Where(record => record.Role == (int)role && !record.IsEnding)
            .Select(record => new LocalMachineSight(
                _launch.MachineOf(record), record.Process is null ? InstanceState.Pending : _store.StateOf(record)))
            .OrderBy(sight => sight.Machine.Tags.Machine),
    ];

    /// <summary>Asks all that the machines run to stop, and after the grace makes it.</summary>
    /// <returns>The machines that ran, ascending by name.</returns>
    /// <exception cref="TransientException">Something still runs.</exception>
    public Task<ImmutableArray<InstanceId>> StopAsync(CancellationToken cancellationToken) => StopAsync(null, cancellationToken);

    /// <summary>As <see cref="StopAsync(CancellationToken)"/>, the machines of one role alone.</summary>
    /// <param name="role">The role; null for all machines.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The machines that ran, ascending by name.</returns>
    /// <exception cref="TransientException">Something still runs.</exception>
    public Task<ImmutableArray<InstanceId>> StopAsync(InstanceRole? role, CancellationToken cancellationToken) => DiskFaults.TypedAsync<ImmutableArray<InstanceId>>(_root, async () =>
    {
        ImmutableArray<LaunchRecord> running;
        using (await _store.ClaimAsync(cancellationToken))
        {
            running = [.. _store.Survey().Machines.Where(m => HasRole(m, role) && _store.Processes(m).AnyRuns)];
        }

        bool[] gone = await Task.WhenAll(running.Select(m => Ending.StopAsync(_store.Processes(m), options.StopGrace, cancellationToken)));
        return gone.All(g => g)
            ? [.. running.Select(m => m.Id())]
            : throw new TransientException("a machine's process does not end, or can't be proven to be the machine's, and was sent nothing");
    });

    /// <summary>Starts the machines that were stopped.</summary>
    /// <returns>Those that it started, ascending by name.</returns>
    public Task<ImmutableArray<InstanceId>> StartAsync(CancellationToken cancellationToken) => StartAsync(null, cancellationToken);

    /// <summary>As <see cref="StartAsync(CancellationToken)"/>, the machines of one role alone.</summary>
    /// <param name="role">The role; null for all machines.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Those that it started, ascending by name.</returns>
    public Task<ImmutableArray<InstanceId>> StartAsync(InstanceRole? role, CancellationToken cancellationToken) => DiskFaults.TypedAsync<ImmutableArray<InstanceId>>(_root, async () =>
    {
        using FolderLock claim = await _store.ClaimAsync(cancellationToken);
        ImmutableArray<LaunchRecord> machines = _store.Survey().Machines;
        ImmutableArray<LaunchRecord> stopped =
            [.. machines.Where(m => HasRole(m, role) && !m.IsEnding && _store.StateOf(m) == InstanceState.Stopped)];
        HashSet<int> taken = [.. machines.Except(stopped).Select(m => m.Slot)];
        foreach (LaunchRecord record in stopped)
        {
            // A machine that was launched while this one was stopped may have been given its slot.
            LaunchRecord placed = taken.Add(record.Slot) ? record : record with { Slot = _launch.FreeSlot(machines) };
            machines = machines.Replace(record, placed);
            _launch.Start(placed);
        }

        return [.. stopped.Select(m => m.Id())];
    });

    /// <summary>
    /// Ends all machines for good, and removes what the provider made: also machines whose records can't be read, since their folders'
    /// lock and mark prove their processes. What is in the root besides is left alone.
    /// </summary>
    /// <returns>The machines that it ended, ascending by name.</returns>
    /// <exception cref="TransientException">Something still runs, and nothing else was removed; or something can't be removed.</exception>
    public Task<ImmutableArray<InstanceId>> DestroyAsync(CancellationToken cancellationToken) => DiskFaults.TypedAsync<ImmutableArray<InstanceId>>(_root, async () =>
    {
        if (!Directory.Exists(_root.StateFolder) && !Directory.Exists(_root.MachinesFolder))
        {
            return [];
        }

        ImmutableArray<LaunchRecord> known;
        ImmutableArray<InstanceId> all;
        using (await _store.ClaimAsync(cancellationToken))
        {
            known = [.. _store.Survey().Machines.Select(Ending.Decide)];
            all = [.. _store.Ids()];
        }

        bool[] gone = await Task.WhenAll(all.Except(known.Select(m => m.Id()))
            .Select(id => Ending.StopAsync(new MachineProcesses(_root.FolderOf(id), started: null), options.StopGrace, cancellationToken)));
        if (!gone.All(g => g))
        {
            throw new TransientException("a machine's process does not end, or can't be proven to be the machine's, and was sent nothing");
        }

        await Ending.EndAsync(known, options.StopGrace, cancellationToken);
        using FolderLock claim = await _store.ClaimAsync(cancellationToken);
        string[] left = [.. all.Select(id => FolderRemoval.TryRemove(_root.FolderOf(id))).OfType<string>()];
        if (left.Length > 0)
        {
            throw new TransientException(string.Join("; ", left));
        }

        if (Directory.Exists(_root.MachinesFolder) && !Directory.EnumerateFileSystemEntries(_root.MachinesFolder).Any())
        {
            Directory.Delete(_root.MachinesFolder);
        }

        // The claim is in it: whoever waits for that one finds that it has no name any more, and makes another.
        return FolderRemoval.TryRemove(_root.StateFolder) is { } kept ? throw new TransientException(kept) : all;
    });

    private static bool HasRole(LaunchRecord record, InstanceRole? role) => role is null || record.Role == (int)role;

    /// <summary>The records that can be read now, of machines that aren't known to have ended.</summary>
    private IEnumerable<LaunchRecord> Readable()
    {
        foreach (InstanceId id in KnownIds().Where(id => !_store.Ended.Has(id)))
        {
            LaunchRecord record;
            try
            {
                record = LaunchRecord.Read(_root.RecordOf(id));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                continue;
            }

            yield return record;
        }
    }

    private InstanceId[] KnownIds()
    {
        try
        {
            return [.. _store.Ids()];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
