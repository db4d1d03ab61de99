using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Machines;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;
using StateServer.Placement.Planning.Zones;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>Then: a place for each unit that must leave its machine, before those that wait: healing goes before growth.</summary>
internal sealed class UnitPlanning
{
    private readonly Dictionary<WaitingKey, int> _fates = [];
    private readonly Dictionary<(ServiceName, Zone?), (int Version, Refusal?[] Standing)> _standing = [];
    private readonly Dictionary<MachineId, int> _named = [];
    private readonly CleanMachines _clean;
    private readonly PlanDraft _draft;

    public UnitPlanning(PlanDraft draft) => (_draft, _clean) = (draft, new CleanMachines(draft));

    public void Draft()
    {
        SortedSet<MachineId> left = [.. _draft.Index.Displacing, .. _draft.Lost];
        foreach (MachineId machine in left)
        {
            Vacate(_draft.Input.Model.Machines[machine]);
        }

        foreach ((WaitingKey key, SortedSet<UnitName> units) in _draft.Index.Waiting)
        {
            int done = 0;
            foreach (UnitName unit in units)
            {
                if (_fates.TryGetValue(key, out int alike))
                {
                    _draft.AddAlike(alike, units.Count - done);
                    break;
                }

                if (!_draft.HasRoom())
                {
                    return;
                }

                Place(_draft.Input.Model.Units[unit], null);
                done++;
            }
        }
    }

    private void Vacate(MachineRecord machine)
    {
        bool lost = machine.Status == MachineStatus.Lost || _draft.Lost.Contains(machine.Id);
        if (lost && _draft.Silence.IsPaused && !_draft.Input.Contact.InstancesGone.Contains(machine.Id))
        {
            int units = _draft.WantedOn(machine.Id).Count();
            _draft.Add(Decision.Plain(null, machine.Id, "", $"{units} units stay assigned to lost machine {machine.Id}: {_draft.Silence.Paused}"));
            return;
        }

        foreach (UnitName unit in _draft.WantedOn(machine.Id))
        {
            UnitRecord record = _draft.Input.Model.Units[unit];
            if (_fates.TryGetValue(new WaitingKey(unit.Service, record.Directive), out int alike))
            {
                _draft.AddAlike(alike, 1);
            }
            else if (_draft.HasRoom())
            {
                Place(record, machine.Id);
            }
        }
    }

    private void Place(UnitRecord unit, MachineId? from)
    {
        if (!_draft.Input.Model.Services.TryGetValue(unit.Name.Service, out ServiceRecord? service) || service.Life != Life.Alive)
        {
            return;
        }

        if (ZoneDirective.Refusal(_draft, unit.Directive) is { } refusal)
        {
            Wait(unit, Decision.Plain(unit.Name, from, "", refusal));
        }
        else if (unit.Directive.Machine is { } named)
        {
            PlaceOnNamed(unit, service, named, from);
        }
        else
        {
            PlaceInZone(unit, service, from);
        }
    }

    /// <summary>On the machine that an operator named, and on no other.</summary>
    private void PlaceOnNamed(UnitRecord unit, ServiceRecord service, MachineId named, MachineId? from)
    {
        MachineRecord? machine = _draft.Input.Model.Machines.GetValueOrDefault(named);
        Refusal? refusal = machine is null ? new Refusal("exists", $"there is no machine {named}")
            : _draft.Lost.Contains(named) ? new Refusal("wanted", $"machine {named} is lost")
            : MachineFilters.OfNamed(machine, new MachineRequest(service, _draft.Input))
                ?? (Occupied(named) >= ModelLimits.MostUnitsPerMachine
                    ? new Refusal("full", $"machine {named} hosts {ModelLimits.MostUnitsPerMachine} units, the most there may be")
                    : null);
        if (refusal is not null)
        {
            Wait(unit, new Decision(unit.Name, from, [], [new MachineConsidered(named, refusal.Rule, refusal.Reason)], 0, "", refusal.Reason, 0));
            return;
        }

        _named[named] = _named.GetValueOrDefault(named) + 1;
        _clean.Occupy(named);
        AssignUnitStep step = new(unit.Name, named, machine!.Zone, from);
        Take(service, _draft.Zones.PlaceOf(machine.Zone), step);
        _draft.Add(new Decision(unit.Name, from, [], [new MachineConsidered(named, null, null)], 0, step.ToString(), "", 0));
    }

    /// <summary>The units on a machine, with those that this plan puts there because an operator named it.</summary>
    private int Occupied(MachineId machine) => _draft.Index.On(machine).Units.Count + _named.GetValueOrDefault(machine);

    /// <summary>In the best zone: on a clean machine that stands in one of the best, or on a new one in the first.</summary>
    private void PlaceInZone(UnitRecord unit, ServiceRecord service, MachineId? from)
    {
        int[] population = _draft.Populations.Of(service.Name);
        bool isHeld = service.WhenUnsatisfiable == WhenUnsatisfiable.Refuse && unit.Directive.Zone is null;
        ReadOnlySpan<SkewLimit> limits = isHeld ? [new SkewLimit(service.Name, service.MostSkew, population)] : [];
        ZoneRanking ranking = ZoneRanking.Of(_draft.Zones, Standing(unit, service), population, _draft.Populations.Machines, limits);
        if (ranking.Best.Count == 0)
        {
            LookAgainWhenRoomIsTriedAgain(Standing(unit, service));
            Wait(unit, new Decision(unit.Name, from, ranking.Considered, [], 0, "", ZoneRefusals.Sentence(ranking.Considered), 0));
            return;
        }

        MachineRefusals refused = new();
        MachineId? chosen = null;
        PlanStep step;
        if (_clean.Take(service, ranking.Best, refused) is { } clean)
        {
            chosen = clean.Machine;
            step = new AssignUnitStep(unit.Name, clean.Machine, _draft.Zones[clean.Zone].Zone, from);
            Take(service, clean.Zone, step);
        }
        else if (_draft.HasRoomForMachine())
        {
            int place = ranking.Best[0];
            step = new AddMachineStep(
                _draft.NumberMachine(), _draft.Zones[place].Zone, service.Series, service.Constraints, unit.Directive, unit.Name, from);
            Take(service, place, step);
            _draft.Populations.Machines[place]++;
        }
        else
        {
            Wait(unit, new Decision(
                unit.Name, from, ranking.Considered, refused.List(null), refused.NotListed, "", $"there are {ModelLimits.MostMachines} machines, the most there may be", 0));
            return;
        }

        _draft.Add(new Decision(unit.Name, from, ranking.Considered, refused.List(chosen), refused.NotListed, step.ToString(), "", 0));
    }

    /// <summary>Adds the step, and reserves: the next unit of the service sees this one there.</summary>
    private void Take(ServiceRecord service, int place, PlanStep step)
    {
        _draft.Add(step);
        if (place >= 0)
        {
            _draft.Populations.Of(service.Name)[place]++;
        }
    }

    /// <summary>The unit waits, and all that are alike with it.</summary>
    private void Wait(UnitRecord unit, Decision decision) => _fates[new WaitingKey(unit.Name.Service, unit.Directive)] = _draft.Add(decision);

    private void LookAgainWhenRoomIsTriedAgain(Refusal?[] standing)
    {
        for (int place = 0; place < standing.Length; place++)
        {
            if (standing[place] is { Rule: CapacityZoneFilter.RuleName })
            {
                _draft.LookAgainAt(_draft.Zones[place].AvoidUntilMilliseconds);
            }
        }
    }

    private Refusal?[] Standing(UnitRecord unit, ServiceRecord service)
    {
        var key = (service.Name, unit.Directive.Zone);
        if (!_standing.TryGetValue(key, out (int Version, Refusal?[] Standing) known) || known.Version != _draft.Zones.Version)
        {
            ZoneRequest request = new(_draft.Settings, service.Constraints, unit.Directive.Zone, _draft.Input.NowMilliseconds);
            known = (_draft.Zones.Version, _draft.Zones.Judge(request));
            _standing[key] = known;
        }

        return known.Standing;
    }
}
