using System.Collections.Immutable;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Commands.Membership;
using StateServer.Domain.Commands.Model;
using StateServer.Domain.Identity;
using StateServer.Domain.Membership;
using StateServer.Domain.Model;
using StateServer.Domain.Outcomes;
using StateServer.Domain.Tests.Membership;

namespace StateServer.Consensus.Tests.Codec;

/// <summary>One of every command on the membership, and a state that they lead to: what came with feature level 4.</summary>
internal static class MembershipSamples
{
    public const int Level = MembershipCommand.FirstFeatureLevel;

    private static readonly Zone A = new("a");

    private static readonly MemberWish Wish = new(
        "xenial", Constraints.None with { MemoryMiB = 4096, Zones = [A] }, [new PlacementDirective(A, null), new PlacementDirective(new Zone("b"), null)]);

    public static ImmutableArray<BatchItem> Items { get; } =
    [
        .. Commands().Select((command, i) => new BatchItem(command, null, new ProposalId(new NodeId(3), 9, i + 1))),
    ];

    /// <summary>Three voters, registered, without an environment.</summary>
    public static ReplicatedState Begun()
    {
        var state = ReplicatedState.Empty;
        for (var i = 1UL; i <= 3; i++)
        {
            state = Apply(state, new RegisterMemberCommand(MembershipSteps.Record(new NodeId(i), $"m{i}")));
        }

        state = Apply(state, new RaiseFeatureLevelCommand(Level));
        return Vote(state, 1, 2, 3);
    }

    /// <summary>Every record, with every field: an operation under way, a lost member with its replacement, an expected one, a removed one.</summary>
    public static ReplicatedState State()
    {
        var state = Begun();
        state = Apply(state, new BootstrapEnvironmentCommand(ModelSamples.Settings));
        state = Apply(state, new SetTargetCommand(5, Wish, false));
        state = Apply(state, new MarkMemberLostCommand(new NodeId(2), "silent"));
        state = Apply(state, new AddMemberCommand(new NodeId(ulong.MaxValue), "m4", A, new NodeId(2), "replaces m2"));
        state = Apply(state, new RegisterMemberCommand(MembershipSteps.Record(new NodeId(ulong.MaxValue), "m4")));
        state = Apply(state, new AddMemberCommand(new NodeId(5), "m5", new Zone("c"), null, "grows"));
        state = Apply(state, new AddMemberCommand(new NodeId(6), "m6", A, null, "grows"));
        state = Apply(state, new RemoveMemberCommand(new NodeId(6), "not needed"));
        state = Apply(state, new AnnounceStopCommand(new NodeId(3), long.MaxValue));
        state = Apply(state, new SetHealingPauseCommand(true, long.MaxValue, "down"));
        state = Apply(
            state, new BeginOperationCommand(OperationKind.Swap, [new NodeId(ulong.MaxValue)], [new NodeId(2)], false, "m2 is lost"));
        state = Vote(state, 1, 3);
        return Apply(state, new TurnOperationCommand(1, true, "m4 died"));
    }

    public static ReplicatedState Apply(ReplicatedState state, Command command)
    {
        var batch = new CommandBatch(Level, Samples.Timestamp + state.AppliedIndex, [new BatchItem(command, null, default)]);
        var result = StateMachine.Apply(state, state.AppliedIndex + 1, 1, batch);
        Assert.True(result.Outcomes[0] is not Rejection, $"{command}: {result.Outcomes[0]}");
        return result.State;
    }

    private static ReplicatedState Vote(ReplicatedState state, params ulong[] voters) =>
        StateMachine.ApplyVoters(state, state.AppliedIndex + 1, [.. voters.Select(voter => new NodeId(voter))]).State;

    private static IEnumerable<Command> Commands() =>
    [
        new SetTargetCommand(5, Wish, true),
        new SetTargetCommand(0, MemberWish.None, false),
        new AddMemberCommand(new NodeId(ulong.MaxValue), "m4", A, new NodeId(2), "replaces m2"),
        new AddMemberCommand(new NodeId(5), "m5", A, null, ""),
        new MarkMemberLostCommand(new NodeId(2), "silent"),
        new MarkMemberReturnedCommand(new NodeId(2)),
        new AnnounceStopCommand(new NodeId(2), long.MaxValue),
        new BeginOperationCommand(OperationKind.Grow, [new NodeId(4), new NodeId(ulong.MaxValue)], [], true, "more are wanted"),
        new BeginOperationCommand(OperationKind.Shrink, [], [new NodeId(1), new NodeId(2)], false, ""),
        new TurnOperationCommand(long.MaxValue, true, "m4 died"),
        new SubstituteCommand(7, new NodeId(4), new NodeId(5)),
        new FinishOperationCommand(7),
        new RemoveMemberCommand(new NodeId(2), "it was replaced"),
        new SetHealingPauseCommand(true, long.MaxValue, "down"),
        new ReplaceMemberCommand(new NodeId(ulong.MaxValue), "an old disk"),
        new NoteDecisionCommand(new NodeId(ulong.MaxValue), "hands over: its disk stalls"),
        new NoteDecisionCommand(null, "healing waits: 3 replacements in the last hour"),
    ];
}
