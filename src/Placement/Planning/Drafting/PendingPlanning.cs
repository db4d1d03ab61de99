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

            Consider(draft, draft.Input.Model.Machines[id]);
        }
    }

    private static void Consider(PlanDraft draft, MachineRecord machine)
    {
        LaunchAttempt? last = machine.Attempts.IsEmpty ? null : machine.Attempts[^1];
        bool failed = last is not null && last.Zone == machine.Zone && IsFresh(draft, last);
        int reserved = draft.Zones.PlaceOf(machine.Zone);
        if (failed && reserved >= 0)
        {
            draft.Zones.Avoid(reserved, AvoidUntil(last!), last!.Detail);
        }

        if (ZoneDirective.Refusal(draft, machine.Directive) is { } refusal)
        {
            draft.Add(Decision.Plain(null, machine.Id, "", refusal));
            return;
        }

        ZoneRequest request = new(draft.Settings, machine.Constraints, machine.Directive.Zone, draft.Input.NowMilliseconds);
        if (!failed && reserved >= 0 && ZoneFilters.Refusal(draft.Zones[reserved], request) is null)
        {
            if (last is { Outcome: LaunchOutcome.QuotaExceeded or LaunchOutcome.Unauthorized or LaunchOutcome.InvalidRequest })
            {
                draft.Add(Decision.Plain(null, machine.Id, "", $"the provider refused the launch in zone {last.Zone}: {last.Detail}; no other zone helps"));
            }

            return;
        }

        Choose(draft, machine, request, failed ? last : null);
    }

    /// <summary>
    /// Whether a failure in the reserved zone is still to be answered. After the shortest pause it isn't: then the zone was
    /// reserved once more, or nobody looked for so long that it may be tried once more.
    /// </summary>
    private static bool IsFresh(PlanDraft draft, LaunchAttempt attempt) =>
        attempt.Outcome is LaunchOutcome.CapacityExhausted or LaunchOutcome.ZoneUnavailable
        && draft.Input.NowMilliseconds - attempt.EndedAtMilliseconds < PlanningLimits.FirstBackOffMilliseconds;

    private static long AvoidUntil(LaunchAttempt failure) => failure.EndedAtMilliseconds + PlanningLimits.CapacityMemoryMilliseconds;

    /// <summary>Leaves the zone reserved until now, if any, and takes the best; clears the failures where nothing else is left and the pause is over.</summary>
    private static void Choose(PlanDraft draft, MachineRecord machine, ZoneRequest request, LaunchAttempt? failure)
    {
        UnitName[] units = [.. draft.WantedOn(machine.Id)];
        draft.Populations.Add(machine, units, draft.Zones.PlaceOf(machine.Zone), -1);
        Refusal?[] standing = draft.Zones.Judge(request);
        ZoneRanking ranking = Rank(draft, machine, units, standing);
        if (machine.Zone is { } from)
        {
            string why = failure is { Detail: not "" } ? failure.Detail
                : draft.Zones.PlaceOf(from) is >= 0 and var place ? standing[place]?.Reason ?? "its launch failed"
                : "the provider lists it no more";
            MoveOnStep step = new(machine.Id, from, failure is null ? 0 : AvoidUntil(failure), why, Best(draft, ranking));
            draft.Add(step);
            if (step.To is not null)
            {
                Settle(draft, machine, units, ranking, step.ToString());
                return;
            }
        }

        if (ranking.Best.Count == 0 && IsRetryDue(draft, machine, standing, ranking))
        {
            ranking = Rank(draft, machine, units, draft.Zones.Judge(request));
        }

        if (Best(draft, ranking) is { } zone)
        {
            ReserveZoneStep step = new(machine.Id, zone);
            draft.Add(step);
            Settle(draft, machine, units, ranking, step.ToString());
        }
        else if (!Array.Exists(standing, r => r is { Rule: CapacityZoneFilter.RuleName }))
        {
            draft.Add(new Decision(null, machine.Id, ranking.Considered, [], 0, "", ZoneRefusals.Sentence(ranking.Considered), 0));
        }
    }

    private static Zone? Best(PlanDraft draft, ZoneRanking ranking) => ranking.Best.Count == 0 ? null : draft.Zones[ranking.Best[0]].Zone;

    private static void Settle(PlanDraft draft, MachineRecord machine, UnitName[] units, ZoneRanking ranking, string chosen)
    {
        draft.Populations.Add(machine, units, ranking.Best[0], +1);
        draft.Add(new Decision(null, machine.Id, ranking.Considered, [], 0, chosen, "", 0));
    }

    private static ZoneRanking Rank(PlanDraft draft, MachineRecord machine, UnitName[] units, Refusal?[] standing)
    {
        ServiceName[] services = [.. units.Select(u => u.Service).Distinct()];
        int[] group = machine.StateServer is not null ? draft.Populations.StateServers
            : services is [] ? draft.Populations.Nobody
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
        long due = last is null || !onlyRoom ? forgotten : Math.Min(forgotten, last.EndedAtMilliseconds + pause);
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
}
