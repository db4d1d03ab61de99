using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Steps;
using StateServer.Placement.Planning.Zones;

namespace StateServer.Placement.Planning.Drafting;

/// <summary>Then: a zone for each machine that waits for its launch, the next one where a launch failed for want of room.</summary>
internal static class PendingPlanning
{
    public static void Draft(PlanDraft draft)
    {
        foreach (MachineId id in draft.Zones.Count == 0 ? [] : draft.Index.Pending)
        {
            if (!draft.HasRoom())
            {
                return;
            }

            // A state server's zone is the membership's to choose.
            if (draft.Input.Model.Machines[id] is { StateServer: null } machine)
            {
                Consider(draft, machine);
            }
        }
    }

    private static void Consider(PlanDraft draft, MachineRecord machine)
    {
        if (ZoneDirective.Refusal(draft, machine.Directive) is { } refusal)
        {
            draft.Add(Decision.Plain(null, machine.Id, "", refusal));
            return;
        }

        ZoneRequest request = new(draft.Settings, machine.Constraints, machine.Directive.Zone, draft.Input.NowMilliseconds);
        int reserved = draft.Zones.PlaceOf(machine.Zone);
        if (reserved >= 0 && ZoneFilters.Refusal(draft.Zones[reserved], request) is null)
        {
            if (machine is { Attempts: [.., { Outcome: LaunchOutcome.QuotaExceeded or LaunchOutcome.Unauthorized or LaunchOutcome.InvalidRequest } last] })
            {
                draft.Add(Decision.Plain(null, machine.Id, "", $"the provider refused the launch in zone {last.Zone}: {last.Detail}; no other zone helps"));
            }

            return;
        }

        Choose(draft, machine, request);
    }

    /// <summary>
    /// Takes the best zone, in place of the one reserved until now, if any; forgets the failures where nothing else is left and the
    /// pause is over.
    /// </summary>
    private static void Choose(PlanDraft draft, MachineRecord machine, ZoneRequest request)
    {
        UnitName[] units = [.. draft.WantedOn(machine.Id)];
        int reserved = draft.Zones.PlaceOf(machine.Zone);
        draft.Populations.Add(machine, units, reserved, -1);
        Refusal?[] standing = draft.Zones.Judge(request);
        ZoneRanking ranking = Rank(draft, machine, units, standing);
        string why = reserved < 0 ? "the provider lists it no more" : standing[reserved]?.Reason ?? "";
        bool stays = false;
        if (ranking.Best.Count == 0 && IsRetryDue(draft, machine, standing, ranking))
        {
            ranking = Rank(draft, machine, units, draft.Zones.Judge(request));

            // What made the machine leave may be among what is forgotten: nothing moves without need.
            stays = reserved >= 0 && ZoneFilters.Refusal(draft.Zones[reserved], request) is null;
        }

        int chosen = stays ? reserved : ranking.Best is [var first, ..] ? first : -1;
        Zone? best = chosen < 0 ? null : draft.Zones[chosen].Zone;
        PlanStep? step = machine.Zone == best ? null
            : machine.Zone is { } from ? new MoveOnStep(machine.Id, from, why, best)
            : new ReserveZoneStep(machine.Id, best!.Value);
        if (step is not null)
        {
            draft.Add(step);
        }

        if (best is not null)
        {
            draft.Populations.Add(machine, units, chosen, +1);
            draft.Add(new Decision(null, machine.Id, ranking.Considered, [], 0, step?.ToString() ?? $"machine {machine.Id} keeps zone {best}", "", 0));
        }
        else if (!Array.Exists(standing, r => r is { Rule: CapacityZoneFilter.RuleName }))
        {
            draft.Add(new Decision(null, machine.Id, ranking.Considered, [], 0, "", ZoneRefusals.Sentence(ranking.Considered), 0));
        }
    }

    private static ZoneRanking Rank(PlanDraft draft, MachineRecord machine, UnitName[] units, Refusal?[] standing)
    {
        ServiceName[] services = [.. units.Select(u => u.Service).Distinct()];
        int[] group = services is [] ? draft.Populations.Nobody
            : services is [var only] ? draft.Populations.Of(only)
            : [.. Enumerable.Range(0, draft.Zones.Count).Select(place => services.Sum(s => draft.Populations.Of(s)[place]))];
        SkewLimit[] limits =
        [
            .. services.Select(s => draft.Input.Model.Services.GetValueOrDefault(s))
                .Where(s => s is { WhenUnsatisfiable: WhenUnsatisfiable.Refuse } && machine.Directive.Zone is null)
                .Select(s => new SkewLimit(s!.Name, s.MostSkew, draft.Populations.Of(s.Name))),
        ];
        return ZoneRanking.Of(draft.Zones, standing, group, draft.Populations.Machines, limits);
    }

    /// <summary>Whether nothing but room is wanting and the pause is over: then the failures are forgotten. Otherwise it is reported what is awaited.</summary>
    private static bool IsRetryDue(PlanDraft draft, MachineRecord machine, Refusal?[] standing, ZoneRanking ranking)
    {
        int[] full = [.. Enumerable.Range(0, standing.Length).Where(place => standing[place] is { Rule: CapacityZoneFilter.RuleName })];
        if (full.Length == 0)
        {
            return false;
        }

        // A zone that has room was refused by the skew: it is no matter of room alone, and the full zones come back by themselves.
        bool onlyRoom = !Array.Exists(standing, r => r is null);
        long forgotten = full.Min(place => draft.Zones[place].AvoidUntilMilliseconds);
        LaunchAttempt? last = machine.Attempts.IsEmpty ? null : machine.Attempts[^1];
        int rounds = BackOff.Rounds(last?.Number ?? 0, full.Length);
        long pause = BackOff.Milliseconds(rounds);
        long due = last is null || !onlyRoom ? forgotten : Math.Min(forgotten, IsAskedAgain(machine) ? 0 : last.EndedAtMilliseconds + pause);
        if (due <= draft.Input.NowMilliseconds)
        {
            Array.ForEach(full, draft.Zones.Forget);
            draft.Add(new ClearZoneFailuresStep(machine.Id, full.Select(place => draft.Zones[place].Zone).ToImmutableSortedSet(), rounds, pause));
            return true;
        }

        long left = due - draft.Input.NowMilliseconds;
        draft.LookAgainAt(due);
        draft.Add(new Decision(
            null, machine.Id, ranking.Considered, [], 0, "",
            $"{(onlyRoom ? "all zones failed" : "no zone is left")} ({ZoneRefusals.List(ranking.Considered)}); tried again in {(left + 999) / 1000} s, after round {rounds}", 0));
        return false;
    }

    /// <summary>Whether an operator asked to try again after the last failure, or changed what is asked for: that clears its message.</summary>
    private static bool IsAskedAgain(MachineRecord machine) => machine.Message.Length == 0;
}
