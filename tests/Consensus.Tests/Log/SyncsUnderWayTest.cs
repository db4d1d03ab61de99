using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Log;

namespace StateServer.Consensus.Tests.Log;

/// <summary>How long a sync has been under way, also one that never ends.</summary>
public sealed class SyncsUnderWayTest
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void The_oldest_that_has_not_ended_counts()
    {
        var syncs = new SyncsUnderWay(_time);
        Assert.Equal(TimeSpan.Zero, syncs.Longest);
        var first = syncs.Begin();
        _time.Advance(TimeSpan.FromSeconds(2));
        var second = syncs.Begin();
        _time.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(TimeSpan.FromSeconds(5), syncs.Longest);
        syncs.End(first);
        Assert.Equal(TimeSpan.FromSeconds(3), syncs.Longest);
        syncs.End(second);
        Assert.Equal(TimeSpan.Zero, syncs.Longest);
    }
}
