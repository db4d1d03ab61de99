using StateServer.Consensus.Membership;
using StateServer.Consensus.Tests.Raft;

namespace StateServer.Consensus.Tests.Membership;

public sealed class BootstrapTest
{
    [Fact]
    public async Task A_known_member_with_an_emptied_folder_is_refused_and_says_so()
    {
        await using var cluster = new TestCluster(3);
        await cluster.StartAsync();
        await cluster.ProposeAsync("one");
        await cluster.KillAsync(2);
        Directory.Delete(cluster.FolderOf(2), recursive: true);
        await cluster.OpenAsync(2);
        using var stop = new CancellationTokenSource();
        var starting = cluster.Members[2]!.StartAsync(stop.Token);
        await TestCluster.EventuallyAsync(
            () => cluster.Members[2]!.Node.Status.Fault?.Contains("is bound to folder", StringComparison.Ordinal) == true,
            () => cluster.Members[2]!.Node.Status.ToString());
        await cluster.ProposeAsync("two");
        Assert.False(starting.IsCompleted);
        Assert.Equal(0, cluster.Members[2]!.Node.Status.Term);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => starting);
    }

    [Fact]
    public async Task An_initial_member_emptied_before_the_cluster_voted_never_lets_two_of_its_folders_in()
    {
        await using var cluster = new TestCluster(3);
        await cluster.OpenAsync(0);
        await cluster.OpenAsync(1);
        using var stop = new CancellationTokenSource();
        var first = cluster.Members[0]!.StartAsync(stop.Token);
        var second = cluster.Members[1]!.StartAsync(stop.Token);
        await TestCluster.EventuallyAsync(
            () => cluster.Members[0]!.Node.Status.Fault?.Contains("waiting for the other initial members", StringComparison.Ordinal) == true,
            () => cluster.Members[0]!.Node.Status.ToString());
        Assert.False(first.IsCompleted || second.IsCompleted);
        await cluster.StartAsync(2);
        await Task.WhenAll(first, second);
        await cluster.ProposeAsync("one");
    }

    [Fact]
    public async Task A_member_that_has_not_begun_yet_lets_nobody_vote()
    {
        await using var cluster = new TestCluster(3);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(cluster.OpenAsync));
        Task[] started = [cluster.Members[0]!.StartAsync(CancellationToken.None), cluster.Members[1]!.StartAsync(CancellationToken.None)];
        await TestCluster.EventuallyAsync(
            () => cluster.Members[0]!.Node.Status.Fault?.EndsWith($"first vote: {cluster.Initial[2].Id}: no answer yet", StringComparison.Ordinal) == true,
            () => cluster.Members[0]!.Node.Status.ToString());
        Assert.DoesNotContain(started, task => task.IsCompleted);
        await cluster.Members[2]!.StartAsync(CancellationToken.None);
        await Task.WhenAll(started);
        await cluster.ProposeAsync("one");
    }

    [Fact]
    public async Task Members_with_different_initial_lists_do_not_start()
    {
        await using var cluster = new TestCluster(3);
        await using var other = new TestCluster(5);
        await cluster.OpenAsync(0);
        var options = cluster.OptionsOf(1);
        await using var stranger = await TestMember.OpenAsync(options with
        {
            InitialMembers = [.. options.InitialMembers, .. other.Initial.Skip(3)],
        });
        using var stop = new CancellationTokenSource();
        var one = cluster.Members[0]!.StartAsync(stop.Token);
        var two = stranger.StartAsync(stop.Token);
        await TestCluster.EventuallyAsync(
            () => cluster.Members[0]!.Node.Status.Fault?.Contains("was started with the initial members", StringComparison.Ordinal) == true,
            () => cluster.Members[0]!.Node.Status.ToString());
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => one);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => two);
    }

    [Theory]
    [InlineData(2, "1, 3, 5 or 7 members, not 2")]
    [InlineData(4, "1, 3, 5 or 7 members, not 4")]
    [InlineData(9, "1, 3, 5 or 7 members, not 9")]
    public void An_even_or_larger_list_is_refused(int count, string why)
    {
        var members = Enumerable.Range(1, count).Select(i => new InitialMember(new((ulong)i), $"m{i}", $"h:{i}")).ToArray();
        var refused = Assert.Throws<InitialMembersException>(() => InitialMembersRule.Configure(members, new(1)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1ul, "a", "h:2", "is the id of two members")]
    [InlineData(2ul, "m1", "h:2", "is the name of two members")]
    [InlineData(2ul, "m2", "h:1", "is the peer address of two members")]
    [InlineData(2ul, "m2", "nowhere", "is no peer address")]
    [InlineData(0ul, "m2", "h:2", "has no id")]
    public void A_list_with_a_duplicate_is_refused(ulong id, string name, string address, string why)
    {
        InitialMember[] members = [new(new(1), "m1", "h:1"), new(new(id), name, address), new(new(3), "m3", "h:3")];
        var refused = Assert.Throws<InitialMembersException>(() => InitialMembersRule.Configure(members, new(1)));
        Assert.Contains(why, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_without_this_member_is_refused()
        => Assert.Throws<InitialMembersException>(() => InitialMembersRule.Configure([new(new(1), "m1", "h:1")], new(2)));
}
