using Microsoft.Extensions.Time.Testing;
using StateServer.Api.Operator;
using StateServer.StateServer.Tests.Api.Hosting;

namespace StateServer.StateServer.Tests.Api;

/// <summary>However many follow the status, the members are asked once in a pause.</summary>
public sealed class StatusRoundsTests
{
    [Fact]
    public async Task All_that_follow_share_one_look_a_pause()
    {
        var time = new FakeTimeProvider();
        var replica = new InMemoryReplica();
        using var rounds = new StatusRounds(replica, ApiHost.Options(), time);
        for (int follower = 0; follower < 5; follower++)
        {
            await rounds.ShareAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        }

        Assert.Equal(1, replica.Observations);
        time.Advance(StatusRounds.Pause);
        await rounds.ShareAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal(2, replica.Observations);
    }

    [Fact]
    public async Task Who_asks_once_is_told_what_is_seen_now()
    {
        var replica = new InMemoryReplica();
        using var rounds = new StatusRounds(replica, ApiHost.Options(), new FakeTimeProvider());
        await rounds.LookAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        await rounds.LookAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal(2, replica.Observations);
    }
}
