using System.Collections.Immutable;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Placement.Planning.Drafting;
using StateServer.Placement.Planning.Reports;
using StateServer.Placement.Planning.Zones;

namespace StateServer.Placement.Planning.Membership;

/// <summary>
/// Where a newcomer goes: by the rules that keep zones out for any machine; then not where the one it replaces was lost, while any
/// other is left; then where the fewest members stand, the fewest machines, by name.
/// </summary>
internal static class NewcomerZones
{
    /// <summary>The name of the rule that keeps a replacement out of the zone of the loss.</summary>
    public const string LostHere = "lost here";

    private const string Asked = "asked for";

    /// <summary>Chooses.</summary>
    /// <param name="draft">The draft.</param>
    /// <param name="machine">The newcomer's machine, which doesn't count where it is reserved; null for one that is not asked for yet.</param>
    /// <param name="isGrowth">True where the zones count that an operator asked for.</param>
    /// <param name="lostIn">Where the member that it replaces was lost; null where that is no matter.</param>
    public static ZoneChoice Choose(MembershipDraft draft, MachineRecord? machine, bool isGrowth, Zone? lostIn)
    {
        if (draft.Input.Zones.IsDefaultOrEmpty || draft.Input.Model.Environment is not { } settings)
        {
            return new(null, [], [], "the provider's zones are not known");
        }

        PlanningInput input = new(draft.Input.Model, draft.Input.Zones, AgentContact.Full, [], draft.Input.NowMilliseconds);
        ZoneTable zones = new(input, ImmutableHashSet<Zone>.Empty);
        var standing = zones.Judge(new(settings, ConstraintsOf(draft, machine, settings), machine?.Directive.Zone, draft.Input.NowMilliseconds));
        if (isGrowth)
        {
            KeepToAsked(draft, machine, zones, standing);
        }

        var lostAt = zones.PlaceOf(lostIn);
        var full = Enumerable.Range(0, zones.Count)
            .Where(place => standing[place] is { Rule: CapacityZoneFilter.RuleName }).Select(place => zones[place].Zone).ToImmutableSortedSet();
#if !PLANTED_SameZoneAgain
        if (lostAt >= 0 && standing[lostAt] is null && standing.Count(refusal => refusal is null) > 1)
        {
            standing[lostAt] = new(LostHere, "the member that it replaces was lost there");
        }
#endif

        var ranking = ZoneRanking.Of(zones, standing, MembersIn(draft, machine, zones), MachinesIn(draft, machine, zones), []);
        return ranking.Best is [var best, ..]
            ? new(zones[best].Zone, ranking.Considered, full, "")
            : new(null, ranking.Considered, full, ZoneRefusals.Sentence(ranking.Considered));
    }

    private static Constraints ConstraintsOf(MembershipDraft draft, MachineRecord? machine, EnvironmentSettings settings) =>
        machine?.Constraints
        ?? draft.Membership.Wish.Constraints
        ?? draft.Input.Model.Machines.Values.FirstOrDefault(other => other.StateServer is not null)?.Constraints
        ?? settings.Constraints;

    /// <summary>An operator's zones are taken each as often as named, by those that are not members yet.</summary>
    private static void KeepToAsked(MembershipDraft draft, MachineRecord? machine, ZoneTable zones, Refusal?[] standing)
    {
        if (draft.Membership.Wish.To.IsDefaultOrEmpty)
        {
            return;
        }

        List<Zone> asked = [.. draft.Membership.Wish.To.Select(to => to.Zone).OfType<Zone>()];
        List<Zone> left = [.. asked];
        foreach (var node in draft.Seats.Newcomers.Where(node => machine is null || draft.MachineOf(node)?.Id != machine.Id))
        {
            if (draft.ZoneOf(node) is { } taken)
            {
                left.Remove(taken);
            }
        }

        left = left.Count == 0 ? asked : left;
        for (var place = 0; place < standing.Length && left.Count > 0; place++)
        {
            if (!left.Contains(zones[place].Zone))
            {
                standing[place] = new(Asked, $"zone={string.Join(",", left)} was asked for");
            }
        }
    }

    private static int[] MembersIn(MembershipDraft draft, MachineRecord? machine, ZoneTable zones)
    {
        var counts = new int[zones.Count];
        foreach (var node in draft.Seats.Seated.Concat(draft.Seats.Newcomers))
        {
            if (draft.MarkOf(node) is MemberMark.Requested or MemberMark.Member
                && (machine is null || draft.MachineOf(node)?.Id != machine.Id)
                && zones.PlaceOf(draft.ZoneOf(node)) is >= 0 and var place)
            {
                counts[place]++;
            }
        }

        return counts;
    }

    private static int[] MachinesIn(MembershipDraft draft, MachineRecord? machine, ZoneTable zones)
    {
        var counts = new int[zones.Count];
        foreach (var other in draft.Input.Model.Machines.Values)
        {
            if (other.Id != machine?.Id && other.Status != MachineStatus.Lost && zones.PlaceOf(other.Zone) is >= 0 and var place)
            {
                counts[place]++;
            }
        }

        return counts;
    }
}
