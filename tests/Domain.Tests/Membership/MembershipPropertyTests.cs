using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Membership;
using StateServer.Domain.Outcomes;

namespace StateServer.Domain.Tests.Membership;

public sealed class MembershipPropertyTests
{
    /// <summary>Every third step or so is the operation's next change of voters.</summary>
    private const int KindsWithVotes = MembershipSteps.Kinds * 4 / 3;

    private static Arbitrary<int[]> Steps { get; } = Arb.From(
        Gen.Choose(0, (KindsWithVotes * 400) - 1).ArrayOf(100),
        steps => Enumerable.Range(0, steps.Length).Select(left => steps.Where((_, i) => i != left).ToArray()));

    /// <summary>And at rest, without an operation, the count of voters is odd.</summary>
    [Property(MaxTest = 200)]
    public Property Whatever_is_asked_the_invariants_hold_and_a_refusal_changes_nothing() => Prop.ForAll(Steps, steps =>
    {
        var script = new MembershipScript(steps is [var one, ..] && one % 2 == 0 ? 3 : 5);
        foreach (var step in steps)
        {
            Take(script, step);
            Assert.True(
                script.Membership.Operation is not null || script.Membership.Voters.Count % 2 == 1,
                $"at rest with {script.Membership.Voters.Count} voters");
        }
    });

    /// <summary>Whoever leads next can end any operation, forward or back, at an odd count, by its next changes alone.</summary>
    [Property(MaxTest = 100)]
    public Property From_any_state_the_operation_can_be_ended_either_way() => Prop.ForAll(Steps, steps =>
    {
        var script = new MembershipScript(5, 5);
        foreach (var step in steps)
        {
            Take(script, step);
            if (script.Membership.Operation is { } operation)
            {
                foreach (var undo in (bool[])[false, true])
                {
                    var (voters, changes) = (script.Membership.Voters, 0);
                    var turned = operation with { Undoing = undo };
                    while (turned.NextChange(voters) is { } next)
                    {
                        voters = next.Kind == VoteChangeKind.Promote ? voters.Add(next.Node) : voters.Remove(next.Node);
                        Assert.InRange(++changes, 1, 2);
                        Assert.InRange(voters.Count, 1, MembershipLimits.MostVoters + 1);
                    }

                    Assert.Equal(1, voters.Count % 2);
                }
            }
        }
    });

    /// <summary>No refusal keeps a healer from its way for ever, and nothing stays requested, lost or leaving.</summary>
    [Property(MaxTest = 200)]
    public Property From_any_state_the_rules_let_the_cluster_come_to_rest() => Prop.ForAll(Steps, steps =>
    {
        var script = new MembershipScript(steps is [var one, ..] && one % 2 == 0 ? 4 : 3, 5);
        foreach (var step in steps)
        {
            Take(script, step);
        }

        script.Now++;
        MembershipMender.Mend(script);
        var membership = script.Membership;
        Assert.All(membership.Standings.Values, standing => Assert.Equal((standing.Id, MemberMark.Member), (standing.Id, standing.Mark)));
        Assert.Equal((membership.Target, 0L), (membership.Voters.Count, membership.ShortSinceMilliseconds));
        Assert.Null(membership.Operation);
    });

    /// <summary>Otherwise the properties prove little.</summary>
    [Fact]
    public void Each_kind_of_command_is_taken_at_times()
    {
        var random = new Random(20261127);
        var taken = new HashSet<Type>();
        for (var run = 0; run < 60; run++)
        {
            var script = new MembershipScript(3 + (run % 2 * 2));
            for (var i = 0; i < 100; i++)
            {
                var step = random.Next(KindsWithVotes * 400);
                if (Take(script, step) is { } command)
                {
                    taken.Add(command.GetType());
                }
            }
        }

        var kinds = typeof(Command).Assembly.GetTypes()
            .Where(type => type.IsSubclassOf(typeof(Commands.Membership.MembershipCommand)) && !type.IsAbstract);
        Assert.Empty(kinds.Except(taken).Select(type => type.Name));
    }

    /// <summary>Takes a step; the command where it was not refused.</summary>
    private static Command? Take(MembershipScript script, int step)
    {
        script.Now++;
        if (step / 400 >= MembershipSteps.Kinds)
        {
            if (MembershipSteps.NextVoters(script.Membership) is { } voters)
            {
                script.Vote([.. voters.Select(voter => voter.Value)]);
            }

            return null;
        }

        var before = script.Script.State;
        var command = MembershipSteps.Resolve(before, step / 400, step / 20 % 20, step % 20);
        if (script.Run(command) is not Rejection)
        {
            return command;
        }

        Assert.Equal(Comparable(before), Comparable(script.Script.State));
        return null;
    }

    private static ulong Comparable(ReplicatedState state) => (state with { TimestampMilliseconds = 0 }).Digest;
}
