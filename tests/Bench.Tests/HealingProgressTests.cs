using StateServer.Bench.Healing;
using StateServer.Protos.Operator;

namespace StateServer.Bench.Tests;

public sealed class HealingProgressTests
{
    private const ulong Lost = 3;
    private const ulong Newcomer = 4;

    private readonly HealingProgress _progress = new(Lost, target: 3);
    private int _second;

    [Fact]
    public void Each_step_counts_from_the_first_look_that_shows_it()
    {
        Look(Voter(1), Voter(2), Of(Lost, "suspect", "has-vote"));
        Look(Voter(1), Voter(2), Of(Lost, "lost", "removing-vote"));
        Look(Voter(1), Voter(2), Of(Lost, "lost", "removing-vote"), Replacing("starting", "adding-vote"));
        Look(Voter(1), Voter(2), Of(Lost, "lost", "removing-vote"), Replacing("learning", "adding-vote"));
        Look("swapping", Voter(1), Voter(2), Of(Lost, "lost", "no-vote"), Replacing("learning", "adding-vote"));
        Look("swapping", Voter(1), Voter(2), Of(Lost, "lost", "no-vote"), Replacing("voting", "has-vote"));
        Look(Voter(1), Voter(2), Of(Lost, "lost", "no-vote"), Replacing("voting", "has-vote"));
        Assert.Null(_progress.Whole);
        Look(Voter(1), Voter(2), Replacing("voting", "has-vote"));
        Look(Voter(1), Voter(2), Replacing("voting", "has-vote"));
        Assert.Equal(
            [At(2), At(4), At(6), At(8)],
            [_progress.DeclaredLost, _progress.Joined, _progress.Voted, _progress.Whole]);
    }

    [Fact]
    public void A_cluster_that_has_not_noticed_the_loss_is_not_whole()
    {
        Look(Voter(1), Voter(2), Voter(Lost));
        Assert.Null(_progress.DeclaredLost);
        Assert.Null(_progress.Voted);
        Assert.Null(_progress.Whole);
    }

    [Fact]
    public void It_is_not_whole_while_another_member_is_on_its_way()
    {
        Look(Voter(1), Voter(2), Replacing("voting", "has-vote"), Of(5, "starting", "adding-vote"));
        Assert.NotNull(_progress.Voted);
        Assert.Null(_progress.Whole);
    }

    [Fact]
    public void It_is_not_whole_while_a_change_of_votes_is_under_way()
    {
        Look("swapping", Voter(1), Voter(2), Replacing("voting", "has-vote"));
        Assert.Null(_progress.Whole);
    }

    [Fact]
    public void A_look_that_missed_the_learning_shows_that_it_joined()
    {
        Look(Voter(1), Voter(2), Voter(Newcomer));
        Assert.Equal([At(1), At(1), At(1)], [_progress.DeclaredLost, _progress.Joined, _progress.Whole]);
    }

    /// <summary>The gap at a hand-over is looked for around that moment.</summary>
    [Fact]
    public void Another_one_leads_from_the_first_look_that_shows_it()
    {
        Look(Voter(1), Leading(Lost));
        Look(Voter(1), Voter(Lost));
        Assert.Null(_progress.AnotherLed);
        Look(Leading(1), Voter(Lost));
        Look(Voter(1), Voter(Lost));
        Look(Leading(1), Voter(Lost));
        Assert.Equal(At(3), _progress.AnotherLed);
    }

    [Fact]
    public void The_last_look_is_told_in_a_line()
    {
        Look("swapping", Voter(1));
        Assert.Equal("m1 voting has-vote; swapping", _progress.LastSeen);
    }

    private static TimeSpan? At(int second) => TimeSpan.FromSeconds(second);

    private static Member Voter(ulong id) => Of(id, "voting", "has-vote");

    private static Member Leading(ulong id)
    {
        Member member = Voter(id);
        member.Leads = true;
        return member;
    }

    private static Member Replacing(string phase, string vote)
    {
        Member member = Of(Newcomer, phase, vote);
        member.Replaces = Lost;
        return member;
    }

    private static Member Of(ulong id, string phase, string vote) => new() { Id = id, Name = $"m{id}", Phase = phase, Vote = vote };

    private void Look(params Member[] members) => Look("", members);

    private void Look(string operation, params Member[] members)
    {
        ListMembersResponse seen = new() { Operation = operation };
        seen.Members.AddRange(members);
        _progress.Note(TimeSpan.FromSeconds(++_second), seen);
    }
}
