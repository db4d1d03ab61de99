using StateServer.Bench.Watches;

namespace StateServer.Bench.Tests;

public sealed class WatchPlanTests
{
    [Theory]
    [InlineData(1_000, 100, 1)]
    [InlineData(1_000, 1_000, 1)]
    [InlineData(100_000, 100, 1_000)]
    [InlineData(1_000, 100, 10)]
    public void Every_stream_has_its_share_and_every_key_too(int watches, int streams, int keys)
    {
        WatchPlan plan = new(watches, streams, Connections: 12, keys);
        int[] all =
        [
            .. from stream in Enumerable.Range(0, streams)
               from place in Enumerable.Range(0, plan.PerStream)
               select plan.WatchOf(stream, place),
        ];
        Assert.Equal(Enumerable.Range(0, watches), all.Order());
        Assert.Equal(Enumerable.Repeat(plan.PerKey, keys), all.GroupBy(plan.KeyOf).OrderBy(key => key.Key).Select(key => key.Count()));
        for (int stream = 0; stream < streams; stream++)
        {
            int[] own = [.. Enumerable.Range(0, plan.PerStream).Select(place => plan.KeyOf(plan.WatchOf(stream, place)))];
            Assert.Equal(keys, own.Distinct().Count());
        }
    }
}
