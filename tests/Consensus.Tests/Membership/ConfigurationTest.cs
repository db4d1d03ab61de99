using StateServer.Consensus.Commit;
using StateServer.Consensus.Membership;
using StateServer.Consensus.Tests.Traps;

namespace StateServer.Consensus.Tests.Membership;

public sealed class ConfigurationTest
{
    /// <summary>All configurations out of seven members, each with each: one step apart, and no two majorities are disjoint.</summary>
    [Fact]
    public void One_step_apart_majorities_always_meet_and_two_steps_apart_not_always()
    {
        var disjoint = 0;
        for (var one = 1; one < 128; one++)
        {
            for (var other = 1; other < 128; other++)
            {
                var smallest = Quorum.Of(Count(one)) + Quorum.Of(Count(other));
                var meet = smallest > Count(one | other) || !Split(one, other);
                if (Configuration(one).IsOneStepFrom(Configuration(other)))
                {
                    Assert.True(meet, $"{Configuration(one)} and {Configuration(other)} have disjoint majorities");
                }
                else
                {
                    disjoint += meet ? 0 : 1;
                }
            }
        }

        Assert.True(disjoint > 0);
    }

    [Fact]
    public void Bytes_and_back()
    {
        var configuration = Stage.Configuration(9, 3, 200);
        var read = ClusterConfiguration.Decode(configuration.Encode());
        Assert.Equal(configuration.Members, read.Members);
        Assert.Equal([new(3), new(9), new(200)], read.Voters);
        Assert.Empty(ClusterConfiguration.Decode([]).Members);
    }

    [Fact]
    public void Other_bytes_are_refused()
    {
        var bytes = Stage.Configuration(1, 2, 3).Encode();
        Assert.Throws<InvalidDataException>(() => ClusterConfiguration.Decode(bytes.AsSpan(0, bytes.Length - 1)));
        bytes[0] = 9;
        var newer = Assert.Throws<InvalidDataException>(() => ClusterConfiguration.Decode(bytes));
        Assert.Contains("format 9", newer.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Stage.Configuration(1, 1));
        Assert.Throws<ArgumentException>(() => Stage.Configuration(0));
    }

    [Fact]
    public void The_stack_pushes_reverts_settles_and_starts_anew()
    {
        var stack = new ConfigurationStack(0, Stage.Configuration(1));
        stack.Push(5, Stage.Configuration(1, 2));
        stack.Push(9, Stage.Configuration(1, 2, 3));
        Assert.Throws<InvalidOperationException>(() => stack.Push(9, Stage.Configuration(1)));
        Assert.Equal((9, 3), (stack.TopIndex, stack.Top.Voters.Length));
        Assert.Equal((5, 2), (stack.At(8).Index, stack.At(8).Configuration.Voters.Length));
        Assert.Equal(0, stack.At(4).Index);
        Assert.False(stack.TruncateFrom(10));
        Assert.True(stack.TruncateFrom(6));
        Assert.Equal(5, stack.TopIndex);
        stack.Settle(7);
        Assert.Equal((1, 5), (stack.Count, stack.At(1).Index));
        Assert.False(stack.TruncateFrom(1));
        stack.Reset(20, Stage.Configuration(7));
        Assert.Equal((20, 1), (stack.TopIndex, stack.Count));
    }

    private static int Count(int set) => int.PopCount(set);

    private static ClusterConfiguration Configuration(int set)
        => Stage.Configuration([.. Enumerable.Range(0, 7).Where(bit => (set & (1 << bit)) != 0).Select(bit => (ulong)bit + 1)]);

    /// <summary>Whether a majority of the one and a majority of the other share nobody.</summary>
    private static bool Split(int one, int other)
    {
        for (var majority = 1; majority < 128; majority++)
        {
            if ((majority & ~one) == 0 && Count(majority) == Quorum.Of(Count(one))
                && Count(other & ~majority) >= Quorum.Of(Count(other)))
            {
                return true;
            }
        }

        return false;
    }
}
