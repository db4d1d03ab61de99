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
        Append(news, 2);
        news.Committed(isAwaited: true, moreWaits: false);
        Assert.Equal(1, cluster[0].Raft.CommitsTold);
    }

    [Fact]
    public async Task An_entry_after_a_while_without_any_is_told_at_once()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var news = new CommitNews(cluster[0].Raft, _time);
        Append(news, 2);
        _time.Advance(CommitNews.Dense * 2);
        news.Appended();
        news.Committed(isAwaited: false, moreWaits: false);
        Assert.Equal(1, cluster[0].Raft.CommitsTold);
    }

    [Fact]
    public async Task Where_entries_are_dense_it_is_told_after_a_pause_unless_one_comes_that_carries_it()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var news = new CommitNews(cluster[0].Raft, _time);
        Append(news, 1);
        for (var put = 0; put < 10; put++)
        {
            news.Appended();
            news.Committed(isAwaited: false, moreWaits: false);
            _time.Advance(CommitNews.Pause / 2);
        }

        news.Appended();
        _time.Advance(CommitNews.Dense);
        Assert.Equal(0, cluster[0].Raft.CommitsTold);
        news.Committed(isAwaited: false, moreWaits: false);
        _time.Advance(CommitNews.Pause * 10);
        Assert.Equal(1, cluster[0].Raft.CommitsTold);
    }

    [Fact]
    public async Task Where_more_waits_the_next_entry_carries_it()
    {
        await using var cluster = await FakeCluster.StartAsync(1, leader: null);
        using var news = new CommitNews(cluster[0].Raft, _time);
        Append(news, 2);
        news.Committed(isAwaited: true, moreWaits: true);
        _time.Advance(CommitNews.Pause * 10);
        Assert.Equal(0, cluster[0].Raft.CommitsTold);
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

    /// <summary>The first one of all never comes close behind another.</summary>
    private void Append(CommitNews news, int times)
    {
        _time.Advance(CommitNews.Dense * 2);
        for (var i = 0; i < times; i++)
        {
            news.Appended();
        }
    }
}
