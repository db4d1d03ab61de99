using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Planning;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation.Contacts;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Reconciliation.Membership;

/// <summary>
/// Makes one photograph for the planner of all that was gathered on the members, for one term: with what only time shows, such as
/// how long a zone has been usable. Not thread-safe: the loop's alone.
/// </summary>
/// <param name="verdicts">What the other voters say.</param>
/// <param name="options">The times.</param>
/// <param name="time">The clock.</param>
internal sealed class MembershipObservation(PeerVerdicts verdicts, ReconciliationOptions options, TimeProvider time)
{
    private readonly InstanceLedger _ledger = new(options.BetweenListings, time, ofMembers: true);
    private readonly Dictionary<Zone, long> _usableSince = [];
    private readonly HashSet<NodeId> _wasSilent = [];
    private readonly Dictionary<NodeId, long> _takenInSince = [];
    private readonly Dictionary<InstanceId, long> _stoppedSince = [];
    private readonly Dictionary<NodeId, long> _behindSince = [];
    private readonly long _began = time.GetTimestamp();
    private long _listensSince = time.GetTimestamp();
    private bool _lookedBefore;

    /// <summary>
    /// This member did not run, or was held up, for so long: who was silent then was not heard for want of a listener. Ages begin
    /// anew where it was long.
    /// </summary>
    public void NoteGap(TimeSpan gap)
    {
        if (gap >= ContactTable.LongestGap)
        {
            _listensSince = time.GetTimestamp();
        }
    }

    /// <summary>Makes it.</summary>
    /// <param name="sight">The members.</param>
    /// <param name="provider">What the provider showed last: taken before <paramref name="sight"/>.</param>
    /// <param name="incarnation">The environment's incarnation.</param>
    /// <param name="refused">Members whose vote change was refused last.</param>
    /// <param name="stop">Ends the questions to others.</param>
    public MembershipInput Of(
        MembershipSight sight, ProviderSight provider, long incarnation, ImmutableSortedSet<NodeId> refused, CancellationToken stop)
    {
        _ledger.Observe(provider, sight.Model.Machines, incarnation);
        NoteTakenIn(sight.Members);
        NoteStopped(provider);
        NoteBehind(sight);
        var times = new MembershipTimes(
            (sight.Model.Environment?.ReplaceAfterSeconds ?? DefaultReplaceAfterSeconds) * 1000L,
            (long)options.AliveWithin.TotalMilliseconds,
            (long)options.StartGrace.TotalMilliseconds,
            (long)options.LearnGrace.TotalMilliseconds,
            (long)options.TurnBack.TotalMilliseconds,
            (long)options.RebalanceAfter.TotalMilliseconds);
        var machines = sight.Model.Machines.Values.Where(machine => machine.StateServer is not null)
            .ToLookup(machine => machine.StateServer!.Value);
        var nodes = sight.Members.Keys.Union(sight.Membership.Standings.Keys).Union(sight.Membership.Voters).ToList();
        verdicts.Ask([.. nodes.Where(node => node != sight.Self && IsSuspect(sight, node, times, machines))], stop);
        return new(
            sight.Membership,
            sight.Members,
            sight.Model,
            ZonesOf(sight.Model, provider),
            sight.Self,
            nodes.ToImmutableSortedDictionary(node => node, node => ContactOf(sight, node, times, machines)),
            times,
            UsableFor(provider),
            refused,
            sight.TermAgeMilliseconds,
            sight.NowMilliseconds);
    }

    /// <summary>DESIGN.md's default, where there is no environment.</summary>
    private const int DefaultReplaceAfterSeconds = 30;

    /// <summary>Who was heard before a gap alone is not heard: what it is by now, nobody knows yet.</summary>
    private bool IsSinceGap(PeerSight peer) =>
        _listensSince == _began || peer.SilentForMilliseconds <= time.GetElapsedTime(_listensSince).TotalMilliseconds;

    private long SilentFor(MembershipSight sight, NodeId node)
    {
        var listens = (long)time.GetElapsedTime(_listensSince).TotalMilliseconds;
        var silent = sight.Peers.TryGetValue(node, out var peer) ? peer.SilentForMilliseconds : sight.TermAgeMilliseconds;
        if (_takenInSince.TryGetValue(node, out var takenIn))
        {
            silent = Math.Min(silent, (long)time.GetElapsedTime(takenIn).TotalMilliseconds);
        }

        return Math.Max(0, Math.Min(silent, _listensSince == _began ? silent : listens));
    }

    /// <summary>A newcomer's age begins when it is taken in: nobody could hear it before, however old the term is.</summary>
    private void NoteTakenIn(ImmutableSortedDictionary<NodeId, MemberRecord> members)
    {
        foreach (var gone in _takenInSince.Keys.Where(node => !members.ContainsKey(node)).ToList())
        {
            _takenInSince.Remove(gone);
        }

        foreach (var node in members.Keys)
        {
            _takenInSince.TryAdd(node, _lookedBefore ? time.GetTimestamp() : _began);
        }

        _lookedBefore = true;
    }

    /// <summary>A stopped instance may come back, but not for ever. A provider that doesn't answer says nothing of how long.</summary>
    private void NoteStopped(ProviderSight provider)
    {
        var stopped = provider.Problem.Length > 0 || provider.Listing is null
            ? []
            : provider.Listing.Instances.Where(instance => instance.State == InstanceState.Stopped).Select(instance => instance.Id).ToHashSet();
        foreach (var other in _stoppedSince.Keys.Where(instance => !stopped.Contains(instance)).ToList())
        {
            _stoppedSince.Remove(other);
        }

        foreach (var instance in stopped)
        {
            _stoppedSince.TryAdd(instance, time.GetTimestamp());
        }
    }

    /// <summary>Since when a learner has not been caught up at any look: one that is at times may get its vote then.</summary>
    private void NoteBehind(MembershipSight sight)
    {
        var behind = sight.Members.Keys
            .Where(node => !sight.Membership.Voters.Contains(node) && sight.Peers.GetValueOrDefault(node) is not { IsCaughtUp: true })
            .ToHashSet();
        foreach (var other in _behindSince.Keys.Where(node => !behind.Contains(node)).ToList())
        {
            _behindSince.Remove(other);
        }

        foreach (var node in behind)
        {
            _behindSince.TryAdd(node, time.GetTimestamp());
        }
    }

    /// <summary>Half of the time is enough to ask: the answer is there when the whole has passed.</summary>
    private bool IsSuspect(MembershipSight sight, NodeId node, MembershipTimes times, ILookup<NodeId, MachineRecord> machines)
    {
        var silent = SilentFor(sight, node);
        return (sight.Members.ContainsKey(node) || sight.Membership.Voters.Contains(node))
            && sight.Membership.MarkOf(node) != MemberMark.Lost
            && (silent * 2 >= times.ReplaceAfter || (silent >= times.AliveWithin && machines[node].Any(machine => _ledger.Gone.Contains(machine.Id))));
    }

    private MemberContact ContactOf(MembershipSight sight, NodeId node, MembershipTimes times, ILookup<NodeId, MachineRecord> machines)
    {
        if (node == sight.Self)
        {
            return MemberContact.Well with
            {
                Others = PeerVerdict.Heard,
                InstanceGone = machines[node].Any(machine => _ledger.Gone.Contains(machine.Id)),
                IsSlow = sight.IsSlow,
            };
        }

        var peer = sight.Peers.GetValueOrDefault(node);
        var silent = SilentFor(sight, node);
        var started = machines[node].FirstOrDefault(machine => machine.Status is MachineStatus.Starting or MachineStatus.Running or MachineStatus.Lost);
        var isHeard = peer is { IsHeard: true } && IsSinceGap(peer);
        return new(
            isHeard,
            silent,
            verdicts.Of(node),
            machines[node].Any(machine => _ledger.Gone.Contains(machine.Id)),
            StoppedFor(machines[node]),
            peer?.IsCaughtUp ?? false,
            peer?.LearnedShare ?? 0,
            peer?.IsSlow ?? false,
            IsBack(sight, node, silent >= times.AliveWithin, isHeard && silent < times.AliveWithin),
            started is null ? 0 : Math.Max(1, sight.NowMilliseconds - started.StatusSinceMilliseconds),
            _behindSince.TryGetValue(node, out var behind) ? (long)time.GetElapsedTime(behind).TotalMilliseconds : 0)
        {
            OthersSilentForMilliseconds = verdicts.SilentFor(node),
        };
    }

    private long StoppedFor(IEnumerable<MachineRecord> machines) => machines
        .Select(machine => machine.Instance is { } instance && _stoppedSince.TryGetValue(instance, out var since)
            ? Math.Max(1, (long)time.GetElapsedTime(since).TotalMilliseconds)
            : 0)
        .DefaultIfEmpty().Max();

    /// <summary>A stop was announced, silence followed, and it is over: a moment in which the member still speaks is none.</summary>
    private bool IsBack(MembershipSight sight, NodeId node, bool isSilent, bool isAlive)
    {
        if (sight.Membership.Standings.GetValueOrDefault(node) is not { } standing || standing.AwayUntilMilliseconds <= sight.NowMilliseconds)
        {
            _wasSilent.Remove(node);
            return false;
        }

        if (isSilent)
        {
            _wasSilent.Add(node);
        }

        return isAlive && _wasSilent.Contains(node);
    }

    private ImmutableSortedDictionary<Zone, long> UsableFor(ProviderSight provider)
    {
        var usable = provider.Zones.IsDefault || provider.Problem.Length > 0
            ? []
            : provider.Zones.Where(zone => zone.IsAvailable).Select(zone => zone.Zone).ToHashSet();
        foreach (var gone in _usableSince.Keys.Where(zone => !usable.Contains(zone)).ToList())
        {
            _usableSince.Remove(gone);
        }

        foreach (var zone in usable)
        {
            _usableSince.TryAdd(zone, time.GetTimestamp());
        }

        return _usableSince.ToImmutableSortedDictionary(zone => zone.Key, zone => (long)time.GetElapsedTime(zone.Value).TotalMilliseconds);
    }

    private static ImmutableArray<ZoneSight> ZonesOf(ModelState model, ProviderSight provider) => provider.Zones.IsDefault
        ? []
        :
        [
            .. provider.Zones.Select(zone => new ZoneSight(
                zone.Zone,
                zone.IsAvailable,
                zone.IsAvailable ? "" : zone.State,
                model.Zones.GetValueOrDefault(zone.Zone)?.AvoidUntilMilliseconds ?? 0)),
        ];
}
