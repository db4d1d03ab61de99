namespace StateServer.Placement.Tests.Membership;

/// <summary>
/// Each planted bug is found, and its schedule shrinks to faults that do no harm without it. A bug's seed is the first that brings
/// it out; the next ones are tried too, since another planner may walk past it. STATESERVER_HUNT=N tries N seeds from 1 on instead.
/// </summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    private const int Near = 40;

    [Theory]
    [InlineData(nameof(PlantedBug.ReuseNodeId), 1)]
    [InlineData(nameof(PlantedBug.PromoteTooEarly), 1)]
    [InlineData(nameof(PlantedBug.SameZone), 1)]
    [InlineData(nameof(PlantedBug.ForgetTombstone), 1)]
    [InlineData(nameof(PlantedBug.LaunchTwice), 1)]
    [InlineData(nameof(PlantedBug.ForgetIntent), 1)]
    [InlineData(nameof(PlantedBug.BelieveOwnEars), 1)]
    [InlineData(nameof(PlantedBug.BelieveListings), 1)]
    [InlineData(nameof(PlantedBug.ShrinkByTheLiving), 1)]
    [InlineData(nameof(PlantedBug.ForgetGuard), 1)]
    [InlineData(nameof(PlantedBug.ReplaceTwice), 1)]
    [InlineData(nameof(PlantedBug.NeverTurnBack), 1)]
    public void A_planted_bug_is_found_and_its_schedule_shrinks(string name, int from)
    {
        var bug = Enum.Parse<PlantedBug>(name);
        var hunt = int.TryParse(Environment.GetEnvironmentVariable("STATESERVER_HUNT"), out var asked) ? asked : 0;
        var found = hunt > 0 ? Schedule.FirstFailing(1, hunt, bug) : Schedule.FirstFailing(from, Near, bug);
        Assert.True(found is not null, $"{bug} was not found");
        var least = found.Shrink(bug);
        var failure = least.Run(bug).Failure;
        output.WriteLine($"{bug}: {least}: {failure}");
        Assert.NotEqual("", failure);
        Assert.Equal("", least.Run(PlantedBug.None).Failure);
    }
}
