using Microsoft.Extensions.Time.Testing;
using StateServer.Api.Operator;
using StateServer.Consensus.Status;
using StateServer.Reports.Members;
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

    [Fact]
    public async Task A_follower_tells_what_the_leader_said_when_it_was_asked_last_and_the_leader_what_it_hears_now()
    {
        var replica = new InMemoryReplica();
        MemberStatus leader = replica.Status with { Id = new(8), Notes = new() { Awaited = ["a launch"] } };
        replica.Status = replica.Status with { Role = MemberRole.Follower };
        replica.Others = [new MemberObservation(leader.Id, leader, TimeSpan.Zero, null, null)];
        using var rounds = new StatusRounds(replica, ApiHost.Options(), new FakeTimeProvider());
        Assert.Same(LeaderSight.None, rounds.Sight);
        LeaderSight sight = await rounds.SightAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal((leader.Id, "a launch"), (sight.Leader, Assert.Single(sight.Notes.Awaited)));
        Assert.Same(sight, rounds.Sight);
        Assert.Equal(1, replica.Observations);

        replica.Status = replica.Status with { Role = MemberRole.Leader, Notes = new() { Awaited = ["its own"] } };
        sight = await rounds.SightAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken);
        Assert.Equal("its own", Assert.Single(sight.Notes.Awaited));
        Assert.Equal(1, replica.Observations);
    }
}
