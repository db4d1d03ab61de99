using System.Collections.Immutable;
using System.Globalization;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>
/// What one does to local machines to try things out: fail a zone, heal it, kill a machine. It needs none of the provider's
/// settings: the root's files tell, and every process sees the result. Thread-safe.
/// </summary>
public sealed class LocalFaults
{
    private readonly ProviderRoot _root;
    private readonly MachineStore _store;
    private readonly MachineEnding _ending;
    private readonly FailedZones _failed;

    /// <summary>Faults of a root; nothing is read or made yet.</summary>
    /// <param name="folder">The provider's root, absolute.</param>
    /// <param name="patience">How long to wait for another process's work in the root.</param>
    /// <param name="time">The clock of the waits.</param>
    public LocalFaults(string folder, TimeSpan patience, TimeProvider time)
    {
        _root = new ProviderRoot(folder);
        _store = new MachineStore(_root, time, patience);
        _ending = new MachineEnding(_store, time);
        _failed = new FailedZones(_root);
    }

    /// <summary>True where machines were launched in the root, or faults were tried there.</summary>
    public bool KnowsRoot => Directory.Exists(_root.StateFolder);

    /// <summary>True while a zone has failed.</summary>
    public bool HasFailed(Zone zone) => _failed.Has(zone);

    /// <summary>
    /// Fails a zone: launches there fail from now on, and all its machines are killed and gone for good. Again is fine: it kills
    /// what is left.
    /// </summary>
    /// <returns>The machines that it killed, ascending by name.</returns>
    /// <exception cref="InvalidRequestException">There is no such zone.</exception>
    /// <exception cref="UnauthorizedException">This user may not write the root.</exception>
    /// <exception cref="TransientException">The zone has failed, but not all of its machines are known to have ended.</exception>
    public Task<ImmutableArray<InstanceId>> FailZoneAsync(Zone zone, CancellationToken cancellationToken) =>
        DiskFaults.TypedAsync<ImmutableArray<InstanceId>>(_root, async () =>
        {
            RefuseUnknown(zone);
            ImmutableArray<LaunchRecord> killed;
            string gap;
            using (await _store.ClaimAsync(cancellationToken))
            {
                _failed.Add(zone);
                MachineSurvey survey = _store.Survey();
                killed = [.. survey.Machines.Where(m => m.Zone == zone.Name).Select(_ending.Decide)];
                gap = survey.Gap;
            }

            await _ending.EndAsync(killed, TimeSpan.Zero, cancellationToken);
            return gap.Length == 0 ? [.. killed.Select(m => m.Id())] : throw new TransientException(gap);
        });

    /// <summary>Heals a zone: launches there succeed again.</summary>
    /// <returns>False where it had not failed.</returns>
    /// <exception cref="InvalidRequestException">There is no such zone.</exception>
    /// <exception cref="UnauthorizedException">This user may not write the root.</exception>
    /// <exception cref="TransientException">Others were at work in the root all the time.</exception>
    public Task<bool> HealZoneAsync(Zone zone, CancellationToken cancellationToken) =>
        DiskFaults.TypedAsync(_root, async () =>
        {
            RefuseUnknown(zone);
            using FolderLock claim = await _store.ClaimAsync(cancellationToken);
            return _failed.Remove(zone);
        });

    /// <summary>Kills a machine with all that it started; it is gone for good.</summary>
    /// <param name="machine">Its number, or its instance's name.</param>
    /// <param name="cancellationToken">Ends the wait; the end stays decided.</param>
    /// <returns>The instance that it killed.</returns>
    /// <exception cref="InvalidRequestException">There is no such machine, or the number names several.</exception>
    /// <exception cref="UnauthorizedException">This user may not write the root.</exception>
    /// <exception cref="TransientException">It is not known to have ended.</exception>
    public Task<InstanceId> KillMachineAsync(string machine, CancellationToken cancellationToken) =>
        DiskFaults.TypedAsync(_root, async () =>
        {
            LaunchRecord ending;
            using (await _store.ClaimAsync(cancellationToken))
            {
                ending = _ending.Decide(Named(machine));
            }

            await _ending.EndAsync([ending], TimeSpan.Zero, cancellationToken);
            return ending.Id();
        });

    private void RefuseUnknown(Zone zone)
    {
        ImmutableArray<Zone> known = _failed.Known();
        if (!known.Contains(zone))
        {
            throw new InvalidRequestException($"invalid availability zone \"{zone}\"; there are {string.Join(", ", known)}");
        }
    }

    private LaunchRecord Named(string machine)
    {
        MachineSurvey survey = _store.Survey();
        LaunchRecord[] named =
        [
            .. survey.Machines.Where(m => m.Id().Name == machine || m.Machine.ToString(CultureInfo.InvariantCulture) == machine),
        ];

        // A stopped one of an earlier attempt is not meant where one of the same number lives.
        LaunchRecord[] living = [.. named.Where(m => _store.StateOf(m) != InstanceState.Stopped)];
        if ((living.Length > 0 ? living : named) is [var only])
        {
            return only;
        }

        string there = survey.Machines.IsEmpty
            ? "it has none"
            : $"there {(survey.Machines.Length == 1 ? "is" : "are")} {string.Join(", ", survey.Machines.Select(m => m.Machine).Distinct().Order())}";
        throw new InvalidRequestException(named.Length > 1
            ? $"machine {machine} names several; give one of {string.Join(", ", named.Select(m => m.Id().Name))}"
            : $"{_root.Path} has no machine '{machine}'; {there}{(survey.Gap.Length == 0 ? "" : $" ({survey.Gap})")}");
    }
}
