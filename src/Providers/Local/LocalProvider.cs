using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Providers.Local;

/// <summary>
/// The provider that needs no cloud: a machine is a process of this executable with a folder of its own and a zone label, and
/// outlives the process that launched it. All that is known stands in files below the root, so that any process may ask; a claim
/// on the root (<see cref="MachineStore.ClaimAsync"/>) lets one at a time change them. Thread-safe.
/// </summary>
public sealed class LocalProvider : IInstanceProvider
{
    private readonly LocalProviderOptions _options;
    private readonly ProviderRoot _root;
    private readonly MachineStore _store;
    private readonly MachineEnding _ending;
    private readonly FailedZones _failed;
    private readonly LocalLaunch _launch;

    /// <summary>A provider over a root; nothing is read or made yet.</summary>
    /// <exception cref="ArgumentException">The settings can't be right; the message says all that is wrong.</exception>
    public LocalProvider(LocalProviderOptions options, TimeProvider time)
        : this(options, time, DetachedProcess.Start)
    {
    }

    internal LocalProvider(LocalProviderOptions options, TimeProvider time, StartProcess start)
    {
        string[] wrong = [.. options.Errors()];
        if (wrong.Length > 0)
        {
            throw new ArgumentException(string.Join("; ", wrong), nameof(options));
        }

        _options = options;
        _root = new ProviderRoot(options.Root);
        _store = new MachineStore(_root, time, options.LockPatience);
        _ending = new MachineEnding(_store, time);
        _failed = new FailedZones(_root);
        _launch = new LocalLaunch(options, _store, start);
    }

    /// <inheritdoc/>
    public ProviderType Type => ProviderType.Local;

    /// <inheritdoc/>
    public Task<ImmutableArray<ZoneObservation>> ListZonesAsync(CancellationToken cancellationToken) =>
        DiskFaults.TypedAsync(_root, async () =>
        {
            using FolderLock? claim = IsMissing() ? null : await _store.ClaimAsync(cancellationToken);
            return _options.Zones.Select(z => z.Zone).Order().Select(Seen).ToImmutableArray();
        });

    /// <inheritdoc/>
    public Task<Instance> LaunchAsync(LaunchRequest request, CancellationToken cancellationToken) =>
        DiskFaults.TypedAsync(_root, async () =>
        {
            if ((request.Refusal() ?? ZoneRefusal(request.Zone)) is { } wrong)
            {
                throw new InvalidRequestException(wrong);
            }

            using FolderLock claim = await _store.ClaimAsync(cancellationToken);
            _failed.Note(_options.Zones.Select(z => z.Zone));
            return Existing(request) ?? Launch(request);
        });

    /// <inheritdoc/>
    public Task<InstanceListing> ListInstancesAsync(EnvironmentId environment, CancellationToken cancellationToken) =>
        DiskFaults.TypedAsync(_root, async () =>
        {
            if (IsMissing())
            {
                return new InstanceListing([], $"{_root.Path} is not there");
            }

            using FolderLock claim = await _store.ClaimAsync(cancellationToken);
            MachineSurvey survey = Survey();
            IEnumerable<Instance> ended = _store.Ended.All().Select(r => r.Seen(InstanceState.Terminated));
            return new InstanceListing(
                [
                    .. survey.Machines.Select(r => r.Seen(_store.StateOf(r))).Concat(ended)
                        .Where(i => i.Tags.Environment == environment)
                        .OrderBy(i => i.Id),
                ],
                survey.Gap);
        });

    /// <inheritdoc/>
    public Task TerminateAsync(EnvironmentId environment, InstanceId instance, CancellationToken cancellationToken) =>
        DiskFaults.TypedAsync(_root, async () =>
        {
            if (!IsMissing() && await DecideEndAsync(environment, instance, cancellationToken) is { } ending)
            {
                await _ending.EndAsync([ending], _options.StopGrace, cancellationToken);
            }

            return true;
        });

    /// <summary>
    /// True where the root could be made. Only a launch makes it: its disk may not be mounted, and that must not look as if all
    /// machines were gone.
    /// </summary>
    private bool IsMissing() => !Directory.Exists(_root.Path) && WritableFolder.Error(_root.Path) is null;

    private ZoneObservation Seen(Zone zone) =>
        _failed.Has(zone) ? new ZoneObservation(zone, IsAvailable: false, "failed") : new ZoneObservation(zone, IsAvailable: true, "available");

    private async Task<LaunchRecord?> DecideEndAsync(EnvironmentId environment, InstanceId instance, CancellationToken cancellationToken)
    {
        using FolderLock claim = await _store.ClaimAsync(cancellationToken);
        if (_store.Settle(instance) is not { } record)
        {
            return null;
        }

        return record.Tags().Environment == environment
            ? _ending.Decide(record)
            : throw new InvalidRequestException($"{instance} belongs to environment {record.Environment}, not to {environment}");
    }

    private string? ZoneRefusal(Zone zone) =>
        _options.Zones.Any(z => z.Zone == zone) ? null : $"invalid availability zone \"{zone}\"";

    /// <summary>What the token made before; null where it made nothing.</summary>
    private Instance? Existing(LaunchRequest request)
    {
        InstanceId id = InstanceName.Of(request.Tags, request.Attempt);
        LaunchRecord? ended = _store.Ended.Find(id);
        LaunchRecord? record = _store.Settle(id) ?? ended;
        if (record is null)
        {
            return null;
        }

        return record.RequestDigest == request.Digest()
            ? record.Seen(ended is null ? _store.StateOf(record) : InstanceState.Terminated)
            : throw new InvalidRequestException($"attempt {request.Token} was asked for before with other bytes");
    }

    private Instance Launch(LaunchRequest request)
    {
        if (_failed.Has(request.Zone))
        {
            throw new ZoneUnavailableException(request.Zone, $"availability zone \"{request.Zone}\" is unavailable");
        }

        if (HostOffer.OfThisHost(_root.Path).Refusal(request.Constraints) is { } wrong)
        {
            throw new InvalidRequestException(wrong);
        }

        // A machine whose process is gone is never started again: it takes no room.
        LaunchRecord[] living = [.. Survey().Machines.Where(m => _store.StateOf(m) != InstanceState.Stopped)];
        int capacity = _options.Zones.Single(z => z.Zone == request.Zone).Capacity;
        if (living.Count(m => m.Zone == request.Zone.Name) >= capacity)
        {
            throw new CapacityExhaustedException(
                request.Zone, $"availability zone \"{request.Zone}\" has no room: {capacity} of {capacity} machines live there");
        }

        if (living.Length >= _options.MostMachines)
        {
            throw new QuotaExceededException($"{living.Length} machines live in {_root.Path}, as many as it may have");
        }

        LaunchRecord made = _launch.Make(request, _launch.FreeSlot(living));
        return made.Seen(_store.StateOf(made));
    }

    private MachineSurvey Survey()
    {
        MachineSurvey survey = _store.Survey();
        foreach (LaunchRecord record in survey.Machines)
        {
            MachineLog.Keep(Path.Combine(_root.FolderOf(record.Id()), "machine.log"), _options.LogLimitBytes);
        }

        return survey;
    }
}
