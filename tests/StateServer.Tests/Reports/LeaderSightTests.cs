using StateServer.Consensus.Membership;
using StateServer.Consensus.Status;
using StateServer.Domain.Identity;
using StateServer.Reports.Members;

namespace StateServer.StateServer.Tests.Reports;

/// <summary>What is made of what the leader hears.</summary>
public sealed class LeaderSightTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    [Theory]
    [InlineData(true, true, 2, true)]
    [InlineData(true, false, 2, true)]
    [InlineData(true, true, 1, false)]
    [InlineData(false, true, 2, true)]
    [InlineData(false, false, 2, false)]
    public void A_learner_that_has_just_joined_and_was_not_heard_yet_is_not_silent(bool isVoter, bool isHeard, int seconds, bool isSilent)
    {
        MemberReach reach = new()
        {
            Id = new NodeId(7),
            IsVoter = isVoter,
            IsHeard = isHeard,
            SilentFor = TimeSpan.FromSeconds(seconds),
            IsCaughtUp = false,
            LearnedShare = 0,
        };
        LeaderSight sight = new(new NodeId(1), [reach], StatusNotes.None);
        Assert.Equal(isSilent, sight.IsSilent(reach.Id, Patience));
        Assert.False(sight.IsSilent(new NodeId(8), Patience));
    }
}
