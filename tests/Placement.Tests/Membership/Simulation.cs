using System.Collections.Immutable;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Membership;
using StateServer.Placement.Reconciliation;
using StateServer.Placement.Reconciliation.Acting;
using StateServer.Placement.Reconciliation.Explaining;
using StateServer.Placement.Reconciliation.Launching;
using StateServer.Placement.Reconciliation.Membership;
using StateServer.Placement.Reconciliation.Observing;
using StateServer.Placement.Reconciliation.Ports;

namespace StateServer.Placement.Tests.Membership;

/// <summary>
/// One schedule: rounds of half a second in which faults happen, members learn, a leader is elected, looks, launches and ends.
/// Afterwards the faults stop, and the target must be reached with the best spread. Deterministic.
/// </summary>
internal sealed class Simulation
{
    /// <summary>Rounds in which whatever is asked for has begun: a new leader, a listing and a look.</summary>
    private const int Begun = 10;

    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    private readonly FakeTimeProvider _time = new(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
    private readonly ReconciliationOptions _options;
    private readonly MembershipMind _mind;
    private readonly List<string> _stuck = [];
    private MembershipTerm? _leading;
    private ProviderSight _sight = ProviderSight.Nothing;
    private long _ledBy;
    private int _evenRounds;

    /// <summary>Begins with one member in the first zone.</summary>
    /// <param name="bug">What is wrong.</param>
    /// <param name="seed">Makes the newcomers' ids.</param>
    /// <param name="zones">How many zones there are.</param>
    public Simulation(PlantedBug bug, int seed, int zones = 3)
    {
        Cluster = new(_time, bug, zones);
        _options = new()
        {
            AliveWithin = SimulatedCluster.AliveWithin,
            StartGrace = TimeSpan.FromSeconds(60),
            RebalanceAfter = TimeSpan.FromSeconds(30),
        };
        _mind = PlantedMinds.Of(bug, seed);
    }

    public SimulatedCluster Cluster { get; }

    public DecisionBook Book { get; } = new();

    /// <summary>What the leader's last look saw; null before the first of its term.</summary>
    public MembershipInput? Sight => _leading?.Input;

    public void SetTarget(int target) => Cluster.Apply(new SetTargetCommand(target, MemberWish.None, Force: true));

    /// <summary>Lets rounds go by.</summary>
    public void Run(int rounds, Func<int, IEnumerable<Fault>>? faults = null)
    {
        for (var round = 0; round < rounds && Cluster.Faults.Count == 0; round++)
        {
            foreach (var fault in faults?.Invoke(round) ?? [])
            {
                new FaultInjection(Cluster).Happen(fault);
            }

            Pass();
        }
    }

    /// <summary>Lets rounds go by until all is well, at least so many that what was asked for is begun.</summary>
    public void RunUntilWell(int most)
    {
        for (var round = 0; round < most && Cluster.Faults.Count == 0 && (round < Begun || Unwell() is not null); round++)
        {
            Pass();
        }
    }

    /// <summary>The faults stop: within so many rounds all must be well. A guard that waits for its hour gets the hour at once.</summary>
    public void Settle(int rounds)
    {
        new FaultInjection(Cluster).Stop();
        for (var round = 0; round < rounds && Cluster.Faults.Count == 0; round++)
        {
            if (Unwell() is null)
            {
                return;
            }

            Pass();
            if (Book.Members.Awaited.Any(decision => decision.Awaits.Contains("replacements in the last hour", StringComparison.Ordinal)) && round % 40 == 39)
            {
                _time.Advance(TimeSpan.FromHours(1));
            }
        }

        if (Cluster.Faults.Count == 0 && Unwell() is { } why)
        {
            Cluster.Fail($"not well after {rounds} rounds: {why}; awaits {string.Join("; ", Book.Members.Awaited.Select(decision => decision.Awaits))}; "
                + $"stopped: {Book.Members.Stopped}; {string.Join("; ", _stuck.TakeLast(3))}");
        }
    }

    /// <summary>Null, or what is still to be done.</summary>
    public string? Unwell()
    {
        var membership = Cluster.Membership;
        int[] spread = [.. Cluster.Cloud.Zones.Where(zone => zone.Value).Select(zone => Cluster.Voters.Count(node => Cluster.Members[node].Zone.Name == zone.Key))];
        var machines = Cluster.State.Model.Machines.Values.Where(machine => machine.Instance is not null).Select(machine => machine.Instance!.Value).ToHashSet();
        return Cluster.Leader is null ? "nobody leads"
            : Cluster.Voters.Count != membership.Target ? $"{Cluster.Voters.Count} of {membership.Target} vote"
            : membership.Operation is { } operation ? $"{operation.Kind} is under way"
            : Cluster.Voters.FirstOrDefault(node => !Cluster.IsReachable(node)) is { IsNone: false } dead ? $"voter {dead} is dead"
            : membership.Standings.Values.FirstOrDefault(standing => !Cluster.Voters.Contains(standing.Id)) is { } over ? $"{over.Id} is left over, {over.Mark}"
            : spread.Max() - spread.Min() > 1 ? $"the spread is {string.Join("/", spread)}"
            : Cluster.Cloud.Living.FirstOrDefault(instance => !machines.Contains(instance.Id)) is { } orphan ? $"instance {orphan.Id} is nobody's"
            : membership.ShortSinceMilliseconds != 0 ? "redundancy is not full"
            : null;
    }

    private void Pass()
    {
        Revive();
        Learn();
        Elect();
        LookAtProvider();
        Lead();
        Launch();
        End();
        CheckEven();
        Cluster.Safety.CheckAlways();
        _time.Advance(Round);
    }

    private void Revive()
    {
        foreach (var member in Cluster.Members.Values)
        {
            var runs = Cluster.Cloud.Find(member.Instance)?.State == InstanceState.Running && !Cluster.Membership.Tombstones.Contains(member.Id);
            if (!runs)
            {
                (member.IsUp, member.ReturnsAt) = (false, null);
            }
            else if (member.ReturnsAt <= _time.GetUtcNow())
            {
                (member.IsUp, member.ReturnsAt) = (true, null);
            }
        }

        if (Cluster.Leader is { } leader && !Cluster.Members[leader].IsUp)
        {
            Cluster.Depose();
        }
    }

    /// <summary>Newcomers' processes come up, are taken in, and learn, a part each round.</summary>
    private void Learn()
    {
        foreach (var standing in Cluster.Membership.Standings.Values.Where(standing => standing.Mark == MemberMark.Requested))
        {
            if (Cluster.Leader is not null
                && !Cluster.Members.ContainsKey(standing.Id)
                && standing.Machine is { } id
                && Cluster.State.Model.Machines.GetValueOrDefault(id)?.Instance is { } instance
                && Cluster.Cloud.Find(instance) is { State: InstanceState.Running } running)
            {
                Cluster.Register(standing, running.Zone);
                Cluster.Members[standing.Id] = new(standing.Id, running.Zone, instance) { HeardAt = _time.GetUtcNow(), IsHeard = true };
            }
        }

        foreach (var member in Cluster.Members.Values.Where(member => Cluster.Safety.IsHeardBySomebody(member.Id)))
        {
            member.HeardByAnyoneAt = _time.GetUtcNow();
        }

        foreach (var member in Cluster.Members.Values.Where(member => Cluster.Leader is not null && Cluster.IsReachable(member.Id)))
        {
            (member.HeardAt, member.IsHeard) = (_time.GetUtcNow(), true);
            member.Learned = Math.Min(SimulatedMember.Whole, member.Learned + 1);
        }
    }

    private void Elect()
    {
        var alive = Cluster.Voters.Where(node => Cluster.Members[node].IsUp).ToList();
        if (Cluster.Leader is { } leader && alive.Count(node => node == leader || Cluster.IsReachable(node)) * 2 <= Cluster.Voters.Count)
        {
            Cluster.Depose();
        }

        if (Cluster.Leader is null && alive.Count * 2 > Cluster.Voters.Count)
        {
            Cluster.Elect(alive[(int)(_time.GetUtcNow().ToUnixTimeMilliseconds() / 500 % alive.Count)]);
        }

        if (Cluster.LeadingTerm is { } term && term != _ledBy)
        {
            _ledBy = term;
            _sight = ProviderSight.Nothing;
            _leading = new(
                Cluster, new TermLog(Cluster, term), () => _sight, Book.Members, _options, _time, new CauseLog(NullLogger.Instance), _mind);
        }
    }

    private void LookAtProvider()
    {
        if (Cluster.Cloud.Hangs)
        {
            _sight = _sight with { Problem = "no answer" };
            return;
        }

        _sight = new(
            Cluster.Cloud.ListZones(), Cluster.Cloud.List(), _sight.ListingNumber + 1, _time.GetTimestamp(), Cluster.State.Model.Machines, "");
        Cluster.Safety.LastZones = _sight.Zones;
    }

    /// <summary>The looks of half a second: as long as there is something to do, at most ten.</summary>
    private void Lead()
    {
        for (var look = 0; look < 10 && Cluster.LeadingTerm == _ledBy; look++)
        {
            try
            {
                var task = _leading!.LookAsync(CancellationToken.None);
                Assert.True(task.IsCompleted);
                if (!task.GetAwaiter().GetResult())
                {
                    return;
                }
            }
            catch (Exception e) when (e is MembershipException or ModelLogException)
            {
                _stuck.Add(e.Message);
                return;
            }
        }
    }

    /// <summary>What the launch executor does, a step a round: an attempt is committed, asked for, and settled by its token.</summary>
    private void Launch()
    {
        foreach (var machine in Cluster.State.Model.Machines.Values.Where(machine => machine.StateServer is not null))
        {
            if (Cluster.LeadingTerm is not { } term)
            {
                return;
            }

            try
            {
                Launch(machine, term);
            }
            catch (Exception e) when (e is ModelLogException or TransientException)
            {
                _stuck.Add(e.Message);
            }
        }
    }

    private void Launch(MachineRecord machine, long term)
    {
        var need = LaunchRules.NeedOf(machine, Cluster.State.Model, Cluster.Now);
        if (need == LaunchNeed.None)
        {
            return;
        }

        if (need == LaunchNeed.Begin)
        {
            Propose(new BeginLaunchCommand(machine.Id, (machine.Attempts is [.., var last] ? last.Number : 0) + 1, machine.Zone!.Value, new string('0', 64)), term);
            machine = Cluster.State.Model.Machines[machine.Id];
            if (machine.Status != MachineStatus.Launching)
            {
                return;
            }
        }

        var attempt = machine.Attempts[^1];
        LaunchRequest request = new(
            new(new EnvironmentId(7), 1, machine.Id, InstanceRole.StateServer), attempt.Number, attempt.Zone, "noble", null, Constraints.None, []);
        try
        {
            Propose(new EndLaunchCommand(machine.Id, attempt.Number, LaunchOutcome.Launched, Cluster.Cloud.Launch(request).Id, ""), term);
        }
        catch (TransientException e) when (Cluster.Bug == PlantedBug.LaunchTwice)
        {
            Propose(new EndLaunchCommand(machine.Id, attempt.Number, LaunchOutcome.Transient, null, e.Message), term);
        }
        catch (ProviderException e) when (e.Outcome != LaunchOutcome.Unknown)
        {
            Propose(new EndLaunchCommand(machine.Id, attempt.Number, e.Outcome, null, e.Message), term);
        }
    }

    /// <summary>What the termination executor does: the instances of machines that are to go end, and their records go.</summary>
    private void End()
    {
        foreach (var machine in Cluster.State.Model.Machines.Values.Where(machine => machine.Life == Life.Dying && machine.Status != MachineStatus.Launching))
        {
            if (Cluster.LeadingTerm is not { } term || Cluster.Cloud.Hangs)
            {
                return;
            }

            if (machine.Instance is { } instance)
            {
                Cluster.Cloud.End(instance);
            }

            try
            {
                Propose(new MachineTerminatedCommand(machine.Id), term);
            }
            catch (ModelLogException e)
            {
                _stuck.Add(e.Message);
            }
        }
    }

    private void Propose(ModelCommand command, long term) => Cluster.ProposeAsync(command, term, CancellationToken.None).GetAwaiter().GetResult();

    /// <summary>An even count must end within a minute where it can: where the next change, forward or back, has long been possible.</summary>
    private void CheckEven()
    {
        var isStuck = Cluster.Voters.Count % 2 == 0
            && Cluster.Leader is not null
            && Cluster.Membership.Operation is { } operation
            && (IsPossible(operation) || IsPossible(operation with { Undoing = true }));
        _evenRounds = isStuck ? _evenRounds + 1 : 0;
        if (_evenRounds > 140)
        {
            Cluster.Fail($"{Cluster.Voters.Count} voters for more than 70 s: {Cluster.Membership.Operation}");
        }
    }

    private bool IsPossible(MembershipOperation operation)
    {
        if (operation.NextChange(Cluster.Voters) is not { } change)
        {
            return true;
        }

        var promotes = change.Kind == VoteChangeKind.Promote;
        var after = promotes ? Cluster.Voters.Add(change.Node) : Cluster.Voters.Remove(change.Node);
        return (!promotes || (Cluster.IsAlive(change.Node) && Cluster.Members[change.Node].Learned == SimulatedMember.Whole))
            && Cluster.Voters.Count(Cluster.IsAlive) * 2 > Cluster.Voters.Count
            && after.Count(Cluster.IsAlive) * 2 > after.Count;
    }
}
