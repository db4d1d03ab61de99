using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Indexing;
using StateServer.Placement.Planning.Machines;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;
using StateServer.Placement.Planning.Zones;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>Then: a place for each unit that must leave its machine, before those that wait: healing goes before growth.</summary>
internal sealed class UnitPlanning(PlanDraft draft)
{
    private readonly Dictionary<WaitingKey, int> _fates = [];
    private readonly Dictionary<(ServiceName, Zone?), (int Version, Refusal?[] Standing)> _standing = [];
    private readonly CleanMachines _clean = new(draft);

    public void Draft()
    {
        SortedSet<MachineId> left = [.. draft.Index.Displacing, .. draft.Lost];
        foreach (MachineId machine in left)
        {
            Vacate(draft.Input.Model.Machines[machine]);
        }

        foreach ((WaitingKey key, SortedSet<UnitName> units) in draft.Index.Waiting)
        {
            int done = 0;
            foreach (UnitName unit in units)
            {
                if (_fates.TryGetValue(key, out int alike))
                {
                    draft.AddAlike(alike, units.Count - done);
                    break;
                }

                if (!draft.HasRoom())
                {
                    return;
                }

                Place(draft.Input.Model.Units[unit], null);
                done++;
            }
        }
    }

    private void Vacate(MachineRecord machine)
    {
        bool lost = machine.Status == MachineStatus.Lost || draft.Lost.Contains(machine.Id);
        if (lost && draft.Silence.IsPaused && !draft.Input.Contact.InstancesGone.Contains(machine.Id))
        {
            int units = draft.WantedOn(machine.Id).Count();
            draft.Add(Decision.Plain(null, machine.Id, "", $"{units} units stay assigned to lost machine {machine.Id}: {draft.Silence.Paused}"));
            return;
        }

        foreach (UnitName unit in draft.WantedOn(machine.Id))
        {
            UnitRecord record = draft.Input.Model.Units[unit];
            if (_fates.TryGetValue(new WaitingKey(unit.Service, record.Directive), out int alike))
            {
                draft.AddAlike(alike, 1);
            }
            else if (draft.HasRoom())
            {
                Place(record, machine.Id);
            }
        }
    }

    private void Place(UnitRecord unit, MachineId? from)
    {
        if (!draft.Input.Model.Services.TryGetValue(unit.Name.Service, out ServiceRecord? service) || service.Life != Life.Alive)
        {
            return;
        }

        if (ZoneDirective.Refusal(draft, unit.Directive) is { } refusal)
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
        MachineRecord? machine = draft.Input.Model.Machines.GetValueOrDefault(named);
        Refusal? refusal = machine is null ? new Refusal("exists", $"there is no machine {named}")
            : draft.Lost.Contains(named) ? new Refusal("wanted", $"machine {named} is lost")
            : MachineFilters.OfNamed(machine, new MachineRequest(service, draft.Input));
        if (refusal is not null)
        {
            Wait(unit, new Decision(unit.Name, from, [], [new MachineConsidered(named, refusal.Rule, refusal.Reason)], 0, "", refusal.Reason, 0));
            return;
        }

        AssignUnitStep step = new(unit.Name, named, machine!.Zone, from);
        Take(service, draft.Zones.PlaceOf(machine.Zone), step);
        draft.Add(new Decision(unit.Name, from, [], [new MachineConsidered(named, null, null)], 0, step.ToString(), "", 0));
    }

    /// <summary>In the best zone: on a clean machine that stands in one of the best, or on a new one in the first.</summary>
    private void PlaceInZone(UnitRecord unit, ServiceRecord service, MachineId? from)
    {
        int[] population = draft.Populations.Of(service.Name);
        bool isHeld = service.WhenUnsatisfiable == WhenUnsatisfiable.Refuse && unit.Directive.Zone is null;
        ReadOnlySpan<SkewLimit> limits = isHeld ? [new SkewLimit(service.Name, service.MostSkew, population)] : [];
        ZoneRanking ranking = ZoneRanking.Of(draft.Zones, Standing(unit, service), population, draft.Populations.Machines, limits);
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
            step = new AssignUnitStep(unit.Name, clean.Machine, draft.Zones[clean.Zone].Zone, from);
            Take(service, clean.Zone, step);
        }
        else
        {
            int place = ranking.Best[0];
            step = new AddMachineStep(
                draft.NumberMachine(), draft.Zones[place].Zone, service.Series, service.Constraints, unit.Directive, unit.Name, from);
            Take(service, place, step);
            draft.Populations.Machines[place]++;
        }

        draft.Add(new Decision(unit.Name, from, ranking.Considered, refused.List(chosen), refused.NotListed, step.ToString(), "", 0));
    }

    /// <summary>Adds the step, and reserves: the next unit of the service sees this one there.</summary>
    private void Take(ServiceRecord service, int place, PlanStep step)
    {
        draft.Add(step);
        if (place >= 0)
        {
            draft.Populations.Of(service.Name)[place]++;
        }
    }

    /// <summary>The unit waits, and all that are alike with it.</summary>
    private void Wait(UnitRecord unit, Decision decision) => _fates[new WaitingKey(unit.Name.Service, unit.Directive)] = draft.Add(decision);

    private void LookAgainWhenRoomIsTriedAgain(Refusal?[] standing)
    {
        for (int place = 0; place < standing.Length; place++)
        {
            if (standing[place] is { Rule: CapacityZoneFilter.RuleName })
            {
                draft.LookAgainAt(draft.Zones[place].AvoidUntilMilliseconds);
            }
        }
    }

    private Refusal?[] Standing(UnitRecord unit, ServiceRecord service)
    {
        var key = (service.Name, unit.Directive.Zone);
        if (!_standing.TryGetValue(key, out (int Version, Refusal?[] Standing) known) || known.Version != draft.Zones.Version)
        {
            ZoneRequest request = new(draft.Settings, service.Constraints, unit.Directive.Zone, draft.Input.NowMilliseconds);
            known = (draft.Zones.Version, draft.Zones.Judge(request));
            _standing[key] = known;
        }

        return known.Standing;
    }
}
