using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Observing;

/// <summary>
/// Compares complete listings of instances with the machines' records, for one term. A record's instance is gone when it is shown as
/// terminated, or missing in two complete listings far enough apart, or of an earlier incarnation; an instance is a stray when two
/// such listings show it and no record accounts for it. Whoever restored a snapshot confirms it before any of this counts. Absence in an incomplete listing says nothing. Not thread-safe: the loop's alone.
/// </summary>
/// <param name="apart">How far apart.</param>
/// <param name="time">The clock.</param>
/// <param name="ofMembers">True where the machines of state servers are judged instead of those of units.</param>
internal sealed class InstanceLedger(TimeSpan apart, TimeProvider time, bool ofMembers = false)
{
    private readonly Dictionary<(MachineId Machine, InstanceId Instance), long> _missingSince = [];
    private readonly Dictionary<InstanceId, long> _strangeSince = [];
    private long _seen;

    /// <summary>The machines whose instance is gone.</summary>
    public ImmutableSortedSet<MachineId> Gone { get; private set; } = ImmutableSortedSet<MachineId>.Empty;

    /// <summary>Instances of this environment, of this incarnation or an earlier one, that no record accounts for: to be ended.</summary>
    public ImmutableArray<Instance> Strays { get; private set; } = [];

    /// <summary>Instances of later incarnations, and state servers of earlier ones without a record: only told.</summary>
    public ImmutableArray<Instance> LeftAlone { get; private set; } = [];

    /// <summary>Takes a listing in, once.</summary>
    /// <param name="provider">The newest look.</param>
    /// <param name="machines">
    /// The records now: read after the listing ended, so that each attempt it may show is there. A record that was made, or an
    /// instance that became known, after the listing began is not judged by it.
    /// </param>
    /// <param name="incarnation">The environment's incarnation.</param>
    public void Observe(
        ProviderSight provider,
        ImmutableSortedDictionary<MachineId, MachineRecord> machines,
        long incarnation)
    {
        if (provider.Listing is not { } listing || provider.ListingNumber == _seen)
        {
            return;
        }

        _seen = provider.ListingNumber;
        JudgeRecords(listing, provider.ListingBegan, machines, provider.MachinesBefore, incarnation);
        if (listing.IsComplete)
        {
            JudgeInstances(listing, provider.ListingBegan, machines, incarnation);
        }
    }

    /// <summary>True where a record, or an attempt whose outcome is unknown, accounts for an instance.</summary>
    internal static bool HasRecord(Instance instance, ImmutableSortedDictionary<MachineId, MachineRecord> machines)
    {
        if (!machines.TryGetValue(instance.Tags.Machine, out var machine))
        {
            return false;
        }

        return machine.Instance is { } known
            ? known == instance.Id
            : machine.Attempts.Any(attempt => attempt.Number == instance.Attempt && attempt.Outcome == LaunchOutcome.Unknown);
    }

    private void JudgeRecords(
        InstanceListing listing,
        long began,
        ImmutableSortedDictionary<MachineId, MachineRecord> machines,
        ImmutableSortedDictionary<MachineId, MachineRecord> knownBefore,
        long incarnation)
    {
        // A provider that shows an instance twice must not stop the loop: what it shows last is as good.
        Dictionary<InstanceId, Instance> shown = [];
        foreach (var instance in listing.Instances)
        {
            shown[instance.Id] = instance;
        }

        var gone = ImmutableSortedSet.CreateBuilder<MachineId>();
        HashSet<(MachineId, InstanceId)> judged = [];
        foreach (var machine in machines.Values)
        {
            // Whether a state server is lost, its peers say, too: its machine is judged apart.
            if (machine.Instance is not { } instance || machine.StateServer is not null != ofMembers)
            {
                continue;
            }

            var key = (machine.Id, instance);
            judged.Add(key);
            if (shown.TryGetValue(instance, out var there))
            {
                _missingSince.Remove(key);

                // One of an earlier incarnation has an agent that this one can never admit. A state server has none: the one that a
                // recovery went on with is of an earlier incarnation as long as it lives.
                if (there.State == InstanceState.Terminated || (!ofMembers && there.Tags.Incarnation < incarnation))
                {
                    gone.Add(machine.Id);
                }
            }
            else if (listing.IsComplete && !WasAdopted(machine) && knownBefore.GetValueOrDefault(machine.Id)?.Instance == instance)
            {
                _missingSince.TryAdd(key, began);
                if (time.GetElapsedTime(_missingSince[key], began) >= apart)
                {
                    gone.Add(machine.Id);
                }
            }
            else if (Gone.Contains(machine.Id))
            {
                gone.Add(machine.Id);
            }
        }

        foreach (var forgotten in _missingSince.Keys.Where(key => !judged.Contains(key)).ToList())
        {
            _missingSince.Remove(forgotten);
        }

        Gone = gone.ToImmutable();
    }

    private void JudgeInstances(
        InstanceListing listing, long began, ImmutableSortedDictionary<MachineId, MachineRecord> machines, long incarnation)
    {
        var strange = listing.Instances
            .Where(instance => instance.State is not (InstanceState.Terminating or InstanceState.Terminated))
            .Where(instance => !HasRecord(instance, machines))
            .ToList();

        // Before the first member's machine is adopted, its instance has no record: it is the process that judges here.
        var isBegun = machines.Values.Any(machine => machine.StateServer is not null);
        LeftAlone = [.. strange.Where(instance => !IsOurs(instance, incarnation, isBegun))];
        var ours = strange.Where(instance => IsOurs(instance, incarnation, isBegun)).ToList();
        foreach (var forgotten in _strangeSince.Keys.Except(ours.Select(instance => instance.Id)).ToList())
        {
            _strangeSince.Remove(forgotten);
        }

        foreach (var instance in ours)
        {
            _strangeSince.TryAdd(instance.Id, began);
        }

        Strays = [.. ours.Where(instance => time.GetElapsedTime(_strangeSince[instance.Id], began) >= apart)];
    }

    /// <summary>The first member's machine stood before there was a provider: that no listing has it says nothing.</summary>
    private static bool WasAdopted(MachineRecord machine) => machine.StateServer is not null && machine.Attempts.IsEmpty;

    /// <summary>A state server of an earlier incarnation may be all that is left of the old cluster: it isn't ended by a listing.</summary>
    private static bool IsOurs(Instance instance, long incarnation, bool isBegun) => instance.Tags.Role == InstanceRole.Units
        ? instance.Tags.Incarnation <= incarnation
        : isBegun && instance.Tags.Incarnation == incarnation && instance.Attempt > 0;
}
