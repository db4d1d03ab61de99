using StateServer.Chaos.Cli;
using StateServer.Chaos.Clusters;
using StateServer.Chaos.Runs;

namespace StateServer.Chaos.Tests;

public sealed class ShortPlansTests
{
    [Fact]
    public void They_need_no_network_of_their_own_and_have_fixed_seeds()
    {
        Assert.All(ShortVerb.Plans(), p => Assert.False(Catalogue.Needs(p).HasFlag(Surroundings.NetworkLab)));
        Assert.Equal(ShortVerb.Plans().Select(p => p.Seed), ShortVerb.Plans().Select(p => p.Seed));
        Assert.Equal(3, ShortVerb.Plans().Select(p => p.Seed).Distinct().Count());
    }

    [Fact]
    public void What_this_machine_can_do_is_all_that_is_left_out()
    {
        string[] named = [.. ShortVerb.Plans().SelectMany(p => p.Faults)];
        Assert.All(named, n => Assert.Contains(Catalogue.Faults, f => f.Name == n && f.Unavailable is null));
        Assert.True(named.Length >= 14, "names of faults are misspelt");
    }

    [Fact]
    public void Each_usual_workload_is_in_one_of_them() =>
        Assert.Equal(Names.UsualWorkloads.Order(), ShortVerb.Plans().SelectMany(p => p.Workloads).Distinct().Order());
}
