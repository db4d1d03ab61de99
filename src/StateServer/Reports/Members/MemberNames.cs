using System.Globalization;
using System.Text.RegularExpressions;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;

namespace StateServer.Reports.Members;

/// <summary>What members are called. Pure.</summary>
internal static partial class MemberNames
{
    /// <summary>All members of a state: those that were taken in, and those that are expected; in id order.</summary>
    public static IEnumerable<NodeId> All(ReplicatedState state) =>
        state.Members.Keys.Union(state.Membership.Standings.Keys).Order();

    /// <summary>The member that a text names: by its name, else its machine's number, else its id; null where it names none.</summary>
    public static NodeId? Find(ReplicatedState state, string text)
    {
        NodeId[] all = [.. All(state)];
        return all.Where(id => NameOf(state, id) == text)
            .Concat(all.Where(id => MachineOf(state, id)?.ToString() == text))
            .Concat(all.Where(id => id.ToString() == text))
            .Select(id => (NodeId?)id)
            .FirstOrDefault();
    }

    /// <summary>Its name; its id where nobody knows one.</summary>
    public static string NameOf(ReplicatedState state, NodeId id) =>
        state.Members.TryGetValue(id, out MemberRecord? record) ? record.Name
        : state.Membership.Standings.TryGetValue(id, out MemberStanding? standing) ? standing.Name
        : id.Value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A line of the planner's or the log's, with members' names in place of their ids.</summary>
    public static string InWords(ReplicatedState state, string line) => Ids().Replace(
        line,
        number => ulong.TryParse(number.Value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong id) && id != 0 && IsKnown(state, new NodeId(id))
            ? NameOf(state, new NodeId(id))
            : number.Value);

    /// <summary>The machine it runs on, or is to; null where that is in no model.</summary>
    public static MachineId? MachineOf(ReplicatedState state, NodeId id) =>
        state.Membership.Standings.TryGetValue(id, out MemberStanding? standing) && standing.Machine is { } machine
            ? machine
            : state.Model.Machines.Values.FirstOrDefault(candidate => candidate.StateServer == id)?.Id;

    /// <summary>What lists of changes call it: its machine's number, as Juju does, or its name where it has none.</summary>
    public static string LabelOf(ReplicatedState state, NodeId id) => MachineOf(state, id)?.ToString() ?? NameOf(state, id);

    /// <summary>Where it stands, or is to.</summary>
    public static Zone? ZoneOf(ReplicatedState state, NodeId id) =>
        state.Members.TryGetValue(id, out MemberRecord? record) ? record.Zone
        : MachineOf(state, id) is { } machine && state.Model.Machines.TryGetValue(machine, out var there) && there.Zone is { } zone ? zone
        : state.Membership.Standings.GetValueOrDefault(id)?.Zone;

    /// <summary>Where the last choice of a zone about a member went: to the newest one that is to take its place, else to it itself.</summary>
    public static Zone? ZoneChosenFor(ReplicatedState state, NodeId id) => ZoneOf(
        state,
        state.Membership.Standings.Values
            .Where(standing => standing.Replaces == id)
            .OrderByDescending(standing => standing.SinceMilliseconds)
            .ThenBy(standing => standing.Id)
            .FirstOrDefault()?.Id ?? id);

    private static bool IsKnown(ReplicatedState state, NodeId id) =>
        state.Members.ContainsKey(id) || state.Membership.Standings.ContainsKey(id);

    /// <summary>Minted ids are long; shorter numbers are counts and times.</summary>
    [GeneratedRegex(@"\b[0-9]{12,20}\b")]
    private static partial Regex Ids();
}
