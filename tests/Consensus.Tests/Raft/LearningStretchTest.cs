using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Tests.Raft;

/// <summary>How long a learner still takes, by its pace so far.</summary>
public sealed class LearningStretchTest
{
    [Fact]
    public void The_rest_takes_as_long_as_the_pace_so_far_says()
    {
        var stretch = LearningStretch.Of(default, isSnapshot: true, share: 0.2, now: 7);
        Assert.Equal(new LearningStretch(true, 0.2, 7), stretch);
        Assert.Equal(TimeSpan.FromSeconds(4), Rounded(stretch.Left(0.6, TimeSpan.FromSeconds(4))));
        Assert.Equal(TimeSpan.FromSeconds(1), Rounded(stretch.Left(0.8, TimeSpan.FromSeconds(3))));
        Assert.Equal(TimeSpan.Zero, stretch.Left(1, TimeSpan.FromSeconds(4)));
    }

    [Fact]
    public void Nothing_is_said_before_anything_was_learned_or_where_it_takes_days()
    {
        var stretch = new LearningStretch(false, 0.5, 7);
        Assert.Null(stretch.Left(0.5, TimeSpan.FromSeconds(4)));
        Assert.Null(stretch.Left(0.6, TimeSpan.Zero));
        Assert.Null(stretch.Left(0.500001, TimeSpan.FromHours(1)));
    }

    [Fact]
    public void It_begins_anew_behind_a_snapshot_and_where_the_learner_has_less_than_was_thought()
    {
        var snapshot = new LearningStretch(true, 0, 7);
        Assert.Equal(snapshot, LearningStretch.Of(snapshot, isSnapshot: true, share: 0.5, now: 9));
        Assert.Equal(new LearningStretch(false, 0.9, 9), LearningStretch.Of(snapshot, isSnapshot: false, share: 0.9, now: 9));
        Assert.Equal(new LearningStretch(true, 0, 9), LearningStretch.Of(snapshot with { Share = 0.5 }, isSnapshot: true, share: 0, now: 9));
    }

    private static TimeSpan Rounded(TimeSpan? left) => TimeSpan.FromSeconds(Math.Round(left!.Value.TotalSeconds, 6));
}
