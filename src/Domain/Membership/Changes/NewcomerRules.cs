using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Model;
using StateServer.Domain.Model.Changes;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Membership.Changes;

/// <summary>Members that are expected, and their machines.</summary>
internal static class NewcomerRules
{
    public static Rejection? Add(MembershipDraft draft, AddMemberCommand add)
    {
        var machine = draft.Model.Environment is null ? null : MachineFor(draft, add);
        var refused = CheckIdentity(draft, add)
                      ?? ArgumentCheck.Zone(add.Zone)
                      ?? CheckReplaced(draft, add.Replaces)
                      ?? CheckRoom(draft)
                      ?? (machine is null ? null : CheckMachine(draft.Model, machine));
        if (refused is not null)
        {
            return refused;
        }

        MachineId? id = null;
        if (machine is not null)
        {
            id = MachineRules.Add(draft.Model, machine, add.Id);
            draft.Model.Added = (id.Value.Value, 1);
        }

        draft.Standings.Set(new MemberStanding(
            add.Id,
            add.Name,
            id,
            add.Zone,
            add.Replaces,
            MemberMark.Requested,
            ModelLine.Of(add.Reason),
            draft.Timestamp,
            AwayUntilMilliseconds: 0));
        Count(draft, add.Replaces);
        var place = add.Replaces is { } old ? $" for member {draft.NameOf(old)}" : "";
        draft.Tell(ModelEventKind.MemberAdded, add.Id, $"expected in zone {add.Zone}{place}: {add.Reason}");
        return null;
    }

    private static Rejection? CheckIdentity(MembershipDraft draft, AddMemberCommand add)
    {
        if (add.Id.IsNone)
        {
            return MembershipRefusal.Invalid("a member needs an id other than 0");
        }

        if (ArgumentCheck.Name(add.Name, "member name") is { } refused)
        {
            return refused;
        }

        if (draft.State.Tombstones.Contains(add.Id) || draft.IsKnown(add.Id))
        {
            return MembershipRefusal.Conflict($"the id {add.Id} was given to a member before: it needs a new one");
        }

        return JoinRules.CheckName(draft, add.Id, add.Name);
    }

    private static Rejection? CheckReplaced(MembershipDraft draft, NodeId? replaces)
    {
        if (replaces is not { } old)
        {
            return null;
        }

        if (draft.Find(old) is { } missing)
        {
            return missing;
        }

        if (!draft.State.Voters.Contains(old) && draft.State.Operation?.Remove.Contains(old) != true)
        {
            return MembershipRefusal.Conflict($"member {draft.NameOf(old)} has no vote that another one could take over: remove it instead");
        }

        if (draft.MarkOf(old) is not (MemberMark.Lost or MemberMark.Leaving))
        {
            return MembershipRefusal.Conflict($"member {draft.NameOf(old)} is neither lost nor leaving: nobody takes its place");
        }

        foreach (var other in draft.Standings.Values)
        {
            if (draft.IsReplacement(other, old))
            {
                return MembershipRefusal.Conflict($"member {draft.NameOf(old)} is being replaced already, by {other.Name}");
            }
        }

        return null;
    }

    private static Rejection? CheckRoom(MembershipDraft draft)
    {
        var without = draft.Standings.Values.Count(standing => !draft.State.Voters.Contains(standing.Id));
        return without >= MembershipLimits.MostNewcomers
            ? MembershipRefusal.Limit($"{without} members are without a vote or expected: at most {MembershipLimits.MostNewcomers} may be")
            : null;
    }

    private static Rejection? CheckMachine(ModelDraft model, NewMachine machine) =>
        MachineRules.Check(model, machine) ?? ZoneRules.CheckCordon(model, machine.Zone!.Value) ?? MachineRules.CheckRoom(model, 1);

    /// <summary>
    /// As wished; otherwise as the state servers there are. A zone that was asked for binds those that make the number full, not those
    /// that take another one's place: a replacement must not wait for room in a zone.
    /// </summary>
    private static NewMachine MachineFor(MembershipDraft draft, AddMemberCommand add)
    {
        var wish = draft.State.Wish;
        var settings = draft.Model.Settings;
        var like = draft.Model.Machines.Values.FirstOrDefault(machine => machine.StateServer is not null);
        var directive = add.Replaces is null ? wish.To.FirstOrDefault(asked => asked.Zone == add.Zone) : null;
        return new NewMachine(
            wish.Series ?? like?.Series ?? settings.DefaultSeries,
            wish.Constraints ?? like?.Constraints ?? settings.Constraints,
            directive ?? PlacementDirective.None,
            add.Zone);
    }

    /// <summary>Notes when a lost member got a replacement.</summary>
    private static void Count(MembershipDraft draft, NodeId? replaces)
    {
        if (replaces is not { } old || draft.MarkOf(old) != MemberMark.Lost)
        {
            return;
        }

        var kept = draft.State.Replacements;
        if (kept.Length == MembershipLimits.MostReplacements)
        {
            kept = kept.RemoveAt(0);
        }

        draft.State = draft.State with { Replacements = kept.Add(draft.Timestamp) };
    }
}
