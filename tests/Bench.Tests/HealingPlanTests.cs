using StateServer.Bench.Healing;

namespace StateServer.Bench.Tests;

public sealed class HealingPlanTests
{
    [Theory]
    [InlineData(3, 10, 7)]
    [InlineData(5, 10, 4)]
    [InlineData(7, 10, 3)]
    [InlineData(3, 1, 1)]
    public void No_cluster_suffers_more_losses_than_it_may_replace_in_an_hour(int members, int rounds, int clusters)
    {
        IReadOnlyList<IReadOnlyList<HealingEvent>> plan = HealingPlan.Of(members, rounds, HealingEvents.All);
        Assert.Equal(clusters, plan.Count);
        Assert.All(plan, cluster => Assert.InRange(cluster.Count(HealingEvents.IsLoss), 1, members));
        foreach (HealingEvent befalls in HealingEvents.All)
        {
            Assert.Equal(rounds, plan.SelectMany(cluster => cluster).Count(planned => planned == befalls));
        }
    }

    [Fact]
    public void What_is_planned_comes_before_the_losses_and_is_dealt_out()
    {
        IReadOnlyList<IReadOnlyList<HealingEvent>> plan = HealingPlan.Of(3, 3, HealingEvents.All);
        Assert.All(plan, cluster => Assert.Equal(cluster.OrderBy(HealingEvents.IsLoss), cluster));
        Assert.All(plan, cluster => Assert.Equal(3, cluster.Count(befalls => !HealingEvents.IsLoss(befalls))));
    }

    [Fact]
    public void Without_losses_one_cluster_is_enough() =>
        Assert.Equal(
            [HealingEvent.LeadershipTransferred, HealingEvent.LeadershipTransferred],
            Assert.Single(HealingPlan.Of(3, 2, [HealingEvent.LeadershipTransferred])));

    [Fact]
    public void Every_event_has_one_name() =>
        Assert.Equal(Enum.GetValues<HealingEvent>(), HealingEvents.All.Select(befalls => HealingEvents.Find(HealingEvents.NameOf(befalls))!.Value));
}
