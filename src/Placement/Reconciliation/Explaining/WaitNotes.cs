using System.Collections.Immutable;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Zones;
using StateServer.Placement.Reconciliation.Launching;

namespace StateServer.Placement.Reconciliation.Explaining;

/// <summary>
/// What a plan's report says of machines and units that wait, as lines for the model: without what passes with time alone, so that a
/// line is written once and not each second. Pure.
/// </summary>
internal static class WaitNotes
{
    /// <summary>The lines that the model doesn't have yet, at most as many as a command holds; null where nothing changes.</summary>
    /// <param name="model">The model that the report is about.</param>
    /// <param name="report">The report; null where there was no plan.</param>
    /// <param name="notice">Why the whole environment waits; empty where it doesn't.</param>
    public static NoteWaitingCommand? Of(ModelState model, PlanReport? report, string notice)
    {
        var machines = ImmutableArray.CreateBuilder<MachineNote>();
        var units = ImmutableArray.CreateBuilder<UnitNote>();
        foreach (var decision in (report?.Decisions ?? []).Where(decision => decision.Awaits.Length > 0))
        {
            if (decision.Unit is { } unit)
            {
                Add(units, ModelLimits.MostPerCommand - machines.Count, model, unit, Line(decision, model));
            }
            else if (decision.Machine is { } id && machines.Count + units.Count < ModelLimits.MostPerCommand)
            {
                Add(machines, model, id, Line(decision, model));
            }
        }

        return notice == model.Notice && machines.Count + units.Count == 0
            ? null
            : new NoteWaitingCommand(notice, machines.ToImmutable(), units.ToImmutable());
    }

    /// <summary>All of a service's units that wait alike: the report names one of them.</summary>
    private static void Add(ImmutableArray<UnitNote>.Builder notes, int most, ModelState model, UnitName about, string line)
    {
        if (!model.Units.TryGetValue(about, out var named))
        {
            return;
        }

        foreach (var name in model.UnitsOf(about.Service))
        {
            if (notes.Count >= most)
            {
                return;
            }

            if (model.Units[name] is { Machine: null, Life: Life.Alive } unit && unit.Directive == named.Directive && unit.Message != line)
            {
                notes.Add(new(name, line));
            }
        }
    }

    /// <summary>A machine's own failure that no other zone helps against says enough; and until it is cleared, that one waits.</summary>
    private static void Add(ImmutableArray<MachineNote>.Builder notes, ModelState model, MachineId id, string line)
    {
        if (model.Machines.GetValueOrDefault(id) is { Status: MachineStatus.Pending, Life: Life.Alive } machine
            && (machine.Attempts is not [.., var last] || LaunchAttempt.IsOfZone(last.Outcome))
            && machine.Message != line)
        {
            notes.Add(new(id, line));
        }
    }

    private static string Line(Decision decision, ModelState model)
    {
        var refused = decision.Zones.Where(zone => zone.Rule is not null && zone.Rule != DirectedZoneFilter.RuleName).ToList();
        if (!refused.Any(IsFull))
        {
            return Cut(decision.Awaits);
        }

        var zones = refused.Select(zone => $"{zone.Zone}: {(IsFull(zone) ? NoRoom(model, zone.Zone) : zone.Reason)}");
        return Cut($"{(refused.All(IsFull) ? "all zones failed" : "no zone is left")} ({string.Join("; ", zones)}); tried again, ever more seldom");
    }

    private static bool IsFull(ZoneConsidered zone) => zone.Rule == CapacityZoneFilter.RuleName;

    private static string NoRoom(ModelState model, Zone zone) =>
        model.Zones.GetValueOrDefault(zone)?.Why is { Length: > 0 } why ? why : "no room";

    /// <summary>Shorter than the model cuts it, so that what it keeps is what is compared with.</summary>
    private static string Cut(string line) =>
        (line.Length <= ModelLimits.LongestLine ? line : $"{line[..(ModelLimits.LongestLine - 2)]} …").ReplaceLineEndings(" ");
}
