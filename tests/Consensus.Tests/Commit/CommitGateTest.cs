using FsCheck.Xunit;
using StateServer.Consensus.Commit;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Tests.Commit;

public sealed class CommitGateTest
{
    private static readonly NodeId[] Five = [new(1), new(2), new(3), new(4), new(5)];

    [Fact]
    public void A_majority_of_the_voters_in_force_must_hold_it()
    {
        var gate = new CommitGate();
        gate.Open(term: 3, firstIndexOfTerm: 10);
        Assert.True(gate.Acknowledge(new(1), 3, 12));
        Assert.True(gate.Acknowledge(new(2), 3, 11));
        Assert.Equal(0, gate.Committable(Five));
        Assert.True(gate.Acknowledge(new(3), 3, 10));
        Assert.Equal(10, gate.Committable(Five));
        Assert.Equal(11, gate.Committable(Five.AsSpan(0, 3)));
    }

    [Fact]
    public void An_older_terms_entry_is_not_committed_by_counting()
    {
        var gate = new CommitGate();
        gate.Open(term: 4, firstIndexOfTerm: 10);
        foreach (var voter in Five)
        {
            gate.Acknowledge(voter, 4, 9);
        }

        Assert.Equal(0, gate.Committable(Five));
    }

    [Fact]
    public void A_late_acknowledgement_lowers_nothing_and_one_of_another_term_counts_for_nothing()
    {
        var gate = new CommitGate();
        gate.Open(term: 4, firstIndexOfTerm: 1);
        Assert.True(gate.Acknowledge(new(1), 4, 9));
        Assert.False(gate.Acknowledge(new(1), 4, 5));
        Assert.False(gate.Acknowledge(new(2), 3, 99));
        Assert.Equal(9, gate.DurableOf(new(1)));
        Assert.Equal(0, gate.DurableOf(new(2)));
        gate.Close();
        Assert.False(gate.Acknowledge(new(1), 4, 10));
        Assert.Equal(0, gate.Committable(Five));
    }

    [Fact]
    public void A_voter_removed_and_added_again_in_the_same_term_starts_at_nothing()
    {
        var gate = new CommitGate();
        gate.Open(term: 4, firstIndexOfTerm: 1);
        gate.Acknowledge(new(1), 4, 9);
        gate.Acknowledge(new(2), 4, 9);
        Assert.Equal(9, gate.Committable(Five.AsSpan(0, 3)));
        gate.Forget(new(2));
        Assert.Equal(0, gate.Committable(Five.AsSpan(0, 3)));
    }

    /// <summary>
    /// A whole cluster on paper: leaders append, followers take bounded batches or snapshots at any time, sync later, restart and
    /// lose what they had not synced; acknowledgements are delayed and repeated. Whatever the gate lets through must be on a
    /// majority's disks at that moment, and never be lost by any later leader that a majority would elect.
    /// </summary>
    [Property(MaxTest = 300)]
    public void Whatever_passes_is_on_a_majority_of_disks_five(int seed) => GateSimulation.Run(seed, voters: 5, steps: 400);

    [Property(MaxTest = 300)]
    public void Whatever_passes_is_on_a_majority_of_disks_seven(int seed) => GateSimulation.Run(seed, voters: 7, steps: 400);
}
