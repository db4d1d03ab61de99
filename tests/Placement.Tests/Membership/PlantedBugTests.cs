namespace StateServer.Placement.Tests.Membership;

/// <summary>
/// Each planted bug is found by the rule that it breaks, and its schedule shrinks to faults that do no harm without it. A bug's seed
/// is the first that brings it out; the next ones are tried too, since another planner may walk past it. STATESERVER_HUNT=N tries N
/// seeds from 1 on instead.
/// </summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int Near = 40;

    [Theory]
    [InlineData(nameof(PlantedBug.ReuseNodeId), 1, "is used again")]
    [InlineData(nameof(PlantedBug.PromoteTooEarly), 1, "isn't caught up")]
    [InlineData(nameof(PlantedBug.SameZone), 1, "is replaced there")]
    [InlineData(nameof(PlantedBug.ForgetTombstone), 1, "has no tombstone")]
    [InlineData(nameof(PlantedBug.LaunchTwice), 27, "has 2 instances")]
    [InlineData(nameof(PlantedBug.ForgetIntent), 16, "voters at rest")]
    [InlineData(nameof(PlantedBug.BelieveOwnEars), 10, "is declared lost and is heard")]
    [InlineData(nameof(PlantedBug.BelieveListings), 4, "is declared lost and is heard")]
    [InlineData(nameof(PlantedBug.ShrinkByTheLiving), 92, "without a quorum")]
    [InlineData(nameof(PlantedBug.ForgetGuard), 1, "more replacements within an hour")]
    [InlineData(nameof(PlantedBug.ReplaceTwice), 1, "gets a second replacement")]
    [InlineData(nameof(PlantedBug.NeverTurnBack), 4, "not well after")]
    public void A_planted_bug_is_found_by_the_rule_that_it_breaks_and_its_schedule_shrinks(string name, int from, string rule)
    {
        var bug = Enum.Parse<PlantedBug>(name);
        var hunt = int.TryParse(Environment.GetEnvironmentVariable("STATESERVER_HUNT"), out var asked) ? asked : 0;
        var found = hunt > 0 ? Schedule.FirstFailing(1, hunt, bug, rule) : Schedule.FirstFailing(from, Near, bug, rule);
        Assert.True(found is not null, $"{bug} was not found");
        var least = found.Shrink(bug, rule);
        var (failure, story) = least.Run(bug);
        output.WriteLine($"{bug}: {least}: {failure}");
        Assert.Contains(rule, failure, StringComparison.Ordinal);
        Assert.Equal(story, least.Run(bug).Story);
        Assert.InRange(least.Faults.Length, 0, found.Faults.Length);
        Assert.Equal("", least.Run(PlantedBug.None).Failure);
    }
}
