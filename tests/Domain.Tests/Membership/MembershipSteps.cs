using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;

namespace StateServer.Domain.Tests.Membership;

/// <summary>
/// Turns numbers into commands that often fit the membership as it stands, and sometimes don't: whatever the numbers are, so that a
/// random list of them shrinks by leaving some out.
/// </summary>
internal static class MembershipSteps
{
    /// <summary>How many kinds of commands there are.</summary>
    public const int Kinds = 28;

    private static readonly Zone[] Zones = [new("a"), new("b"), new("c")];

    public static MemberRecord Record(NodeId id, string name) => new(
        id, name, new FolderId(id.Value + 100), Zones[id.Value % 3], $"h{id}:1", [], MembershipCommand.FirstFeatureLevel, "1", DateTimeOffset.UnixEpoch);

    /// <summary>The configuration that the operation under way needs next; null where it needs none.</summary>
    public static ImmutableSortedSet<NodeId>? NextVoters(MembershipState membership) =>
        membership.Operation?.NextChange(membership.Voters) is not { } next ? null
        : next.Kind == VoteChangeKind.Promote ? membership.Voters.Add(next.Node)
        : membership.Voters.Remove(next.Node);

    public static Command Resolve(ReplicatedState state, int kind, int first, int second)
    {
        var membership = state.Membership;
        var (one, other) = (Anyone(state, first), Anyone(state, second));
        var operation = membership.Operation?.Id ?? membership.LastOperation;
        return kind switch
        {
            0 or 1 => new SetTargetCommand(first % 9, Wish(second), Force: second % 2 == 0),
            2 or 3 => Add(state, second % 3 == 0 ? one : null, second),
            4 => Add(state, Pick(Lost(membership), first, one), second),
            5 or 6 => Register(state, one),
            7 => new MarkMemberLostCommand(one, "silent"),
            8 => new MarkMemberReturnedCommand(one),
            9 => new AnnounceStopCommand(one, state.TimestampMilliseconds + (second % 5)),
            10 or 11 or 12 => Grow(state, first),
            13 => new BeginOperationCommand(OperationKind.Swap, [Newcomer(state, first)], [Pick(membership.Voters, second, one)], second % 2 == 0, "swap"),
            14 or 15 => Swap(state, first),
            16 => Shrink(membership, first, second),
            17 => new TurnOperationCommand(operation, Undo: second % 3 != 0, "turned"),
            18 => new SubstituteCommand(operation, membership.Operation is { Promote: [.., var last] } ? last : one, Newcomer(state, second)),
            19 => new FinishOperationCommand(operation - (second % 9 == 8 ? 1 : 0)),
            20 or 21 => new RemoveMemberCommand(Pick(Leaving(membership), first, one), "removed"),
            22 => new RemoveMemberCommand(other, "removed"),
            23 => new ReplaceMemberCommand(Pick(membership.Voters, first, one), "an old disk"),
            24 or 25 => Register(state, other),
            26 => new NoteDecisionCommand(second % 2 == 0 ? one : null, "decided"),
            _ => new SetHealingPauseCommand(second % 2 == 0, state.TimestampMilliseconds + (second % 4), "paused"),
        };
    }

    private static MemberWish Wish(int salt) =>
        salt % 4 == 0 ? new MemberWish("xenial", Constraints.None with { CpuCores = salt }, [new PlacementDirective(Zones[salt % 3], null)]) : MemberWish.None;

    private static AddMemberCommand Add(ReplicatedState state, NodeId? replaces, int salt)
    {
        var id = new NodeId((ulong)(state.AppliedIndex + 50));
        return new AddMemberCommand(id, $"m{id}", Zones[salt % 3], replaces, "added");
    }

    private static RegisterMemberCommand Register(ReplicatedState state, NodeId fallback)
    {
        var expected = state.Membership.Standings.Values.FirstOrDefault(standing => !state.Members.ContainsKey(standing.Id));
        return expected is null ? new(Record(fallback, $"m{fallback}")) : new(Record(expected.Id, expected.Name));
    }

    private static BeginOperationCommand Grow(ReplicatedState state, int salt)
    {
        NodeId[] ready = [.. Ready(state).Take(state.Membership.Voters.Count % 2 == 0 ? 1 : 2)];
        return new BeginOperationCommand(OperationKind.Grow, [.. ready], [], salt % 2 == 0, "grow");
    }

    private static BeginOperationCommand Swap(ReplicatedState state, int salt)
    {
        var lost = Pick(state.Membership.Voters.Intersect(Lost(state.Membership)), salt, Pick(state.Membership.Voters, salt, default));
        return new BeginOperationCommand(OperationKind.Swap, [Newcomer(state, salt)], [lost], salt % 2 == 0, "swap");
    }

    private static BeginOperationCommand Shrink(MembershipState membership, int first, int second)
    {
        ImmutableArray<NodeId> two = [Pick(membership.Voters, first, default), Pick(membership.Voters, second, default)];
        return new BeginOperationCommand(OperationKind.Shrink, [], membership.Voters.Count % 2 == 0 ? [two[0]] : two, false, "shrink");
    }

    private static NodeId Newcomer(ReplicatedState state, int salt) => Pick(Ready(state), salt, Anyone(state, salt));

    private static ImmutableSortedSet<NodeId> Ready(ReplicatedState state) =>
        [.. state.Members.Keys.Where(id => !state.Membership.Voters.Contains(id) && state.Membership.MarkOf(id) == MemberMark.Requested)];

    private static ImmutableSortedSet<NodeId> Lost(MembershipState membership) => Marked(membership, MemberMark.Lost);

    private static ImmutableSortedSet<NodeId> Leaving(MembershipState membership) =>
        Marked(membership, MemberMark.Leaving).Except(membership.Voters);

    private static ImmutableSortedSet<NodeId> Marked(MembershipState membership, MemberMark mark) =>
        [.. membership.Standings.Values.Where(standing => standing.Mark == mark).Select(standing => standing.Id)];

    private static NodeId Anyone(ReplicatedState state, int salt) => Pick(
        [.. state.Members.Keys, .. state.Membership.Standings.Keys, .. state.Membership.Tombstones], salt, new NodeId((ulong)salt));

    private static NodeId Pick(ImmutableSortedSet<NodeId> nodes, int salt, NodeId fallback) =>
        nodes.IsEmpty ? fallback : nodes[salt % nodes.Count];
}
