using Microsoft.Extensions.Time.Testing;
using StateServer.Consensus.Proposals;
using StateServer.Consensus.Tests.Replica;

namespace StateServer.Consensus.Tests.Proposals;

/// <summary>When followers are told of a commit by a round of its own.</summary>
public sealed class CommitNewsTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Where_a_followers_client_waits_it_is_told_at_once()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var news = new CommitNews(cluster[0].Raft, _time);
        Follow(news);
        news.Committed(isAwaited: true, moreWaits: false);
        Assert.Equal(2, cluster[0].Raft.CommitsTold);
    }

    [Fact]
    public async Task An_entry_after_a_while_without_any_is_told_at_once()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var news = new CommitNews(cluster[0].Raft, _time);
        for (var put = 1; put <= 3; put++)
        {
            news.Appended();
            news.Committed(isAwaited: false, moreWaits: false);
            Assert.Equal(put, cluster[0].Raft.CommitsTold);
            _time.Advance(CommitNews.Pause * 2);
        }
    }

    [Fact]
    public async Task Where_each_entry_comes_soon_behind_a_commit_it_is_told_after_a_pause_unless_one_comes_that_carries_it()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var news = new CommitNews(cluster[0].Raft, _time);
        Follow(news);
        for (var put = 0; put < 10; put++)
        {
            news.Committed(isAwaited: false, moreWaits: false);
            _time.Advance(CommitNews.Pause / 2);
            news.Appended();
        }

        _time.Advance(CommitNews.Pause * 5);
        Assert.Equal(1, cluster[0].Raft.CommitsTold);
        news.Committed(isAwaited: false, moreWaits: false);
        Assert.Equal(1, cluster[0].Raft.CommitsTold);
        _time.Advance(CommitNews.Pause * 10);
        Assert.Equal(2, cluster[0].Raft.CommitsTold);
    }

    [Fact]
    public async Task Where_more_waits_the_next_entry_carries_it()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var news = new CommitNews(cluster[0].Raft, _time);
        Follow(news);
        news.Committed(isAwaited: true, moreWaits: true);
        _time.Advance(CommitNews.Pause * 10);
        Assert.Equal(1, cluster[0].Raft.CommitsTold);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task A_put_alone_is_told_whichever_member_took_it(int member)
    {
        await using var cluster = await FakeCluster.StartAsync(3);
        var before = cluster[0].Raft.CommitsTold;
        await cluster[member].Replica.ProposeAsync(Commands.Put("k", "v"));
        await Eventually.IsTrueAsync(() => cluster[0].Raft.CommitsTold > before, "the followers are told");
    }

    /// <summary>A put, told at once as the first of all is, and another one's entry close behind it.</summary>
    private static void Follow(CommitNews news)
    {
        news.Appended();
        news.Committed(isAwaited: false, moreWaits: false);
        news.Appended();
    }
}
