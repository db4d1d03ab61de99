using System.Collections.Immutable;
using StateServer.Consensus.Recovery;

namespace StateServer.Consensus.Tests.Recovery;

/// <summary>Which of several disks a cluster goes on with.</summary>
public sealed class RecoveryChoiceTests
{
    private static readonly ImmutableArray<InitialMember> Three = Voters(1, 2, 3);

    [Fact]
    public void The_later_term_of_the_last_entry_counts_and_then_the_later_index()
    {
        Assert.Equal(new(2), RecoveryChoice.Of([Disk(1, 4, 900, Three), Disk(2, 5, 700, Three), Disk(3, 5, 650, Three)])!.Best.Node);
        Assert.Equal(new(3), RecoveryChoice.Of([Disk(1, 5, 699, Three), Disk(3, 5, 700, Three)])!.Best.Node);

        // Neither the term that elections raised nor what was known to be committed decides.
        var raised = Disk(1, 4, 900, Three);
        raised = raised with { Log = raised.Log! with { Term = 77, CommitIndex = 900 } };
        Assert.Equal(new(2), RecoveryChoice.Of([raised, Disk(2, 5, 10, Three)])!.Best.Node);
    }

    [Fact]
    public void Of_equal_logs_a_voters_is_chosen_and_every_look_says_the_same()
    {
        var learner = Disk(9, 5, 700, Three);
        HeldDisk[] all = [learner, Disk(2, 5, 700, Three), Disk(1, 5, 700, Three)];
        Assert.Equal(new(1), RecoveryChoice.Of(all)!.Best.Node);
        Assert.Equal(new(1), RecoveryChoice.Of(all.Reverse())!.Best.Node);
        Assert.Equal(new(9), RecoveryChoice.Of([learner, Disk(1, 5, 699, Three)])!.Best.Node);
    }

    [Fact]
    public void What_is_damaged_retired_or_being_recovered_counts_for_nothing()
    {
        var whole = Disk(1, 1, 1, Three);
        HeldDisk[] rest =
        [
            Disk(2, 5, 700, Three) with { Damage = "gone", Log = null },
            Disk(3, 5, 700, Three) with { Retired = "removed" },
            Disk(4, 5, 700, Three) with { IsBeingRecovered = true },
        ];
        var choice = RecoveryChoice.Of([.. rest, whole])!;
        Assert.Equal(new(1), choice.Best.Node);
        Assert.Equal([new(1)], choice.Whole);
        Assert.Null(RecoveryChoice.Of(rest));
        Assert.Null(RecoveryChoice.Of([]));
    }

    [Fact]
    public void A_majority_is_one_only_if_it_is_one_of_every_configuration_that_may_be_in_force()
    {
        Assert.False(RecoveryChoice.Of([Disk(1, 5, 7, Three)])!.IsMajority);
        Assert.True(RecoveryChoice.Of([Disk(1, 5, 7, Three), Disk(3, 5, 6, Three)])!.IsMajority);
        Assert.False(RecoveryChoice.Of([Disk(1, 5, 7, Three), Disk(9, 5, 6, Three)])!.IsMajority);
        Assert.True(RecoveryChoice.Of([Disk(1, 5, 7, Voters(1))])!.IsMajority);
        Assert.False(RecoveryChoice.Of([Disk(1, 5, 7, Three, Voters(1, 2, 3, 4)), Disk(2, 5, 7, Three)])!.IsMajority);
        Assert.True(RecoveryChoice.Of([Disk(1, 5, 7, Three, Voters(1, 2, 3, 4)), Disk(2, 5, 7, Three), Disk(4, 5, 7, Three)])!.IsMajority);
    }

    [Fact]
    public void Folders_of_several_clusters_or_two_of_one_member_are_refused()
    {
        var mixed = Assert.Throws<ArgumentException>(() => RecoveryChoice.Of([Disk(1, 5, 7, Three), Disk(2, 5, 7, Three) with { Cluster = new(8) }]));
        Assert.Contains("the folders belong to several clusters: /m1 to 7; /m2 to 8", mixed.Message, StringComparison.Ordinal);
        var twice = Assert.Throws<ArgumentException>(() => RecoveryChoice.Of([Disk(1, 5, 7, Three), Disk(1, 5, 6, Three) with { Folder = "/copy" }]));
        Assert.Contains("two folders belong to member 1: /m1 and /copy", twice.Message, StringComparison.Ordinal);
    }

    private static HeldDisk Disk(int node, long term, long index, params ImmutableArray<InitialMember>[] configurations) => new($"/m{node}")
    {
        Cluster = new(7),
        Node = new((ulong)node),
        Log = new HeldLog(term, term, index, 0, 0, [.. configurations]),
    };

    private static ImmutableArray<InitialMember> Voters(params int[] nodes) =>
        [.. nodes.Select(node => new InitialMember(new((ulong)node), $"m{node}", $"h{node}:1"))];
}
