using StateServer.Consensus.Membership;
using StateServer.Consensus.Raft;
using StateServer.Consensus.Tests.Traps;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Membership;

public sealed class PromotionRuleTest
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMilliseconds(100);

    [Fact]
    public void A_learner_is_promoted_only_with_all_of_the_last_round_and_lately()
    {
        var caughtUp = new LearnerProgress { Id = new(4), MatchIndex = 40, LastIndex = 40, AcknowledgedTimestamp = 1 };
        Assert.Null(Refusal(caughtUp, 0));
        Assert.Null(Refusal(caughtUp, 200));
        Assert.Equal("learner 4 acknowledged 201 ms ago, and 200 ms (two heartbeats) is the most", Refusal(caughtUp, 201));
        Assert.Equal("learner 4 is not caught up: it has 39 of 40 entries", Refusal(caughtUp with { MatchIndex = 39 }, 0));
        Assert.Equal(
            "learner 4 has acknowledged nothing in this term yet, and 12 of 100 bytes of a snapshot (it is slow)",
            Refusal(new LearnerProgress { Id = new(4), Snapshot = new(12, 100), Problem = "it is slow" }, 0));
        Assert.Equal("member 4 is no learner here: it isn't a member without a vote whose folder is known", Refusal(null, 0));
    }

    [Theory]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 1, 2, 3, 4 }, new ulong[] { 1, 2, 4 }, null)]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 1, 2 }, new ulong[] { 1, 2 }, null)]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 1, 2 }, new ulong[] { 1, 3 }, "there would be 2 voters with 1 alive, and 2 are a quorum (silent: 2)")]
    [InlineData(new ulong[] { 1, 2, 3 }, new ulong[] { 1, 2, 3, 4 }, new ulong[] { 1, 4 }, "there are 3 voters with 1 alive, and 2 are a quorum (silent: 2, 3)")]
    [InlineData(new ulong[] { 1, 2, 3, 4 }, new ulong[] { 1, 2, 3 }, new ulong[] { 1, 2 }, "there are 4 voters with 2 alive, and 3 are a quorum (silent: 3, 4)")]
    [InlineData(new ulong[] { 1, 2, 3, 4, 5, 6, 7, 8 }, new ulong[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, new ulong[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, "there would be 9 voters, and 8 is the most")]
    public void The_voters_alive_are_a_quorum_before_and_after_a_change(ulong[] before, ulong[] after, ulong[] alive, string? refusal)
        => Assert.Equal(refusal, QuorumRule.Refusal(Stage.Configuration(before), Stage.Configuration(after), voter => alive.Contains(voter.Value)));

    [Fact]
    public void A_configuration_carries_folders_and_one_without_any_is_written_as_older_executables_read_it()
    {
        var old = Stage.Configuration(1, 2, 3);
        Assert.Equal(1, old.Encode()[0]);
        var next = old.With(new ConfigurationMember(new(4), "m4", "h:4", new FolderId(44)));
        Assert.Equal(2, next.Encode()[0]);
        Assert.Equal(next.Members, ClusterConfiguration.Decode(next.Encode()).Members);
        Assert.Equal(old.Members, ClusterConfiguration.Decode(old.Encode()).Members);
        Assert.Throws<InvalidDataException>(() => ClusterConfiguration.Decode([3, 0, 0, 0, 0]));
    }

    private static string? Refusal(LearnerProgress? progress, double silence)
        => PromotionRule.Refusal(new(4), progress, TimeSpan.FromMilliseconds(silence), Heartbeat);
}
