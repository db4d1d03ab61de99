using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Placement.Planning.Membership.Preview;
using StateServer.Reports.Members;
using Wire = StateServer.Protos.Operator;

namespace StateServer.Api.Operator;

/// <summary>
/// What became of the members since a request: looks at one state after the other, the first from before it. Not thread-safe: one
/// request's alone.
/// </summary>
/// <param name="before">The state before the request.</param>
internal sealed class AvailabilityFollowing(ReplicatedState before)
{
    private readonly ImmutableSortedSet<NodeId> _voters = VotersOf(before);
    private readonly ImmutableSortedSet<NodeId> _known = [.. MemberNames.All(before)];

    /// <summary>Those that are gone are called what they were called last.</summary>
    private readonly SortedDictionary<NodeId, string> _labels = [];

    /// <summary>Every wanted member votes, none is lost, leaving or awaited, and nothing is under way.</summary>
    public static bool IsFull(ReplicatedState state) =>
        state.Membership is { Operation: null } membership
        && membership.Voters.Count == membership.Target
        && membership.Voters.All(state.Members.ContainsKey)
        && membership.Standings.Values.All(standing => standing.Mark == MemberMark.Member);

    /// <summary>The members that are asked for are there, or the change of votes that makes them fewer has begun.</summary>
    public static bool HasBegun(ReplicatedState state)
    {
        var membership = state.Membership;
        int newcomers = membership.Standings.Values.Count(standing => standing.Mark == MemberMark.Requested);
        int wanted = membership.Voters.Count(voter => membership.MarkOf(voter) == MemberMark.Member) + newcomers;
        return IsFull(state) || membership.Operation is not null || wanted == membership.Target;
    }

    /// <summary>Who votes; those that were taken in, where a state of before feature level 4 doesn't say.</summary>
    public static ImmutableSortedSet<NodeId> VotersOf(ReplicatedState state) =>
        state.Membership.Voters.IsEmpty ? [.. state.Members.Keys] : state.Membership.Voters;

    /// <summary>Zones whose loss would stop the cluster though it has several members, a line each.</summary>
    public static IEnumerable<string> WarningsOf(ReplicatedState state)
    {
        ImmutableSortedSet<NodeId> voters = VotersOf(state);
        NodeId[] seats =
        [
            .. MemberNames.All(state).Where(id => state.Membership.MarkOf(id) switch
            {
                MemberMark.Member => voters.Contains(id),
                MemberMark.Requested => true,
                _ => false,
            }),
        ];
        if (seats.Length < 3)
        {
            return [];
        }

        return seats
            .GroupBy(seat => MemberNames.ZoneOf(state, seat)?.Name ?? "")
            .Where(zone => zone.Key.Length > 0 && zone.Count() > seats.Length / 2)
            .Select(zone => $"zone {zone.Key} holds a majority of the members ({zone.Count()} of {seats.Length}): the cluster would not survive its loss");
    }

    /// <summary>What a look ahead says will become of them.</summary>
    public static Wire.AvailabilityChanges ChangesOf(AvailabilityForecast forecast, ReplicatedState before)
    {
        MemberChanges changes = forecast.Changes;
        var message = new Wire.AvailabilityChanges();
        message.Maintained.Add(Names(changes.Maintained));
        message.Added.Add(Names(changes.Added));
        message.Removed.Add(Names(changes.Removed));
        message.Promoted.Add(Names(changes.Promoted));
        message.Demoted.Add(Names(changes.Demoted));
        return message;

        IEnumerable<string> Names(ImmutableArray<NodeId> ids) => Ordered(
            ids.Select(id => MemberNames.All(forecast.End).Contains(id) ? MemberNames.LabelOf(forecast.End, id) : MemberNames.LabelOf(before, id)));
    }

    /// <summary>What became of them by now.</summary>
    public Wire.AvailabilityChanges ChangesOf(ReplicatedState now)
    {
        Remember(before);
        Remember(now);
        var voters = VotersOf(now);
        NodeId[] staying = [.. MemberNames.All(now).Where(id => now.Membership.MarkOf(id) is MemberMark.Member or MemberMark.Requested)];
        var changes = new Wire.AvailabilityChanges();
        changes.Maintained.Add(Labels(_voters.Where(id => voters.Contains(id) && staying.Contains(id))));
        changes.Added.Add(Labels(staying.Where(id => !_known.Contains(id))));
        changes.Removed.Add(Labels(_known.Where(id => !staying.Contains(id))));
        changes.Promoted.Add(Labels(voters.Where(id => _known.Contains(id) && !_voters.Contains(id))));
        changes.Demoted.Add(Labels(_voters.Where(id => !voters.Contains(id) && staying.Contains(id))));
        return changes;
    }

    private void Remember(ReplicatedState state)
    {
        foreach (NodeId id in MemberNames.All(state))
        {
            _labels[id] = MemberNames.LabelOf(state, id);
        }
    }

    private IEnumerable<string> Labels(IEnumerable<NodeId> ids) => Ordered(ids.Select(id => _labels.GetValueOrDefault(id) ?? id.ToString()));

    /// <summary>Machines by number, then the rest by name.</summary>
    private static IEnumerable<string> Ordered(IEnumerable<string> labels) => labels
        .OrderBy(label => int.TryParse(label, out int number) ? number : int.MaxValue)
        .ThenBy(label => label, StringComparer.Ordinal);
}
