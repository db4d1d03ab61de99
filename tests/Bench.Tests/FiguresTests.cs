using System.Diagnostics;
using StateServer.Bench.Load;
using StateServer.Bench.Report;
using StateServer.Bench.Targets;
using StateServer.Bench.Workloads;

namespace StateServer.Bench.Tests;

public sealed class FiguresTests
{
    private const long Millisecond = 1_000;

    [Theory]
    [InlineData(0.5, 50)]
    [InlineData(0.99, 99)]
    [InlineData(0.999, 100)]
    [InlineData(1, 100)]
    [InlineData(0, 1)]
    public void A_quantile_is_a_sample_by_nearest_rank(double quantile, double milliseconds)
    {
        long[] sorted = [.. Enumerable.Range(1, 100).Select(number => number * Stopwatch.Frequency / Millisecond)];
        Assert.Equal(milliseconds, LatencySamples.Milliseconds(sorted, quantile), 3);
    }

    [Fact]
    public void No_sample_has_no_latency() => Assert.Equal(0, LatencySamples.Milliseconds([], 0.5));

    [Fact]
    public void Samples_of_all_clients_are_sorted_however_many_there_are()
    {
        LatencySamples many = new();
        for (int sample = 40_000; sample > 0; sample--)
        {
            many.Add(sample);
        }
        LatencySamples one = new();
        one.Add(0);
        Assert.Equal(Enumerable.Range(0, 40_001).Select(sample => (long)sample), LatencySamples.Sorted([many, one]));
    }

    [Fact]
    public void The_median_is_the_middle_or_between_the_two()
    {
        Summary odd = Assert.Single(Summary.Of([[Of(3)], [Of(1)], [Of(2)]]));
        Assert.Equal(new Summary("f", "u", 2, 1, 3), odd);
        Summary even = Assert.Single(Summary.Of([[Of(4)], [Of(1)]]));
        Assert.Equal(new Summary("f", "u", 2.5, 1, 4), even);
    }

    [Fact]
    public void A_workload_is_found_by_one_name() =>
        Assert.Equal(WorkloadCatalogue.All.Count, WorkloadCatalogue.All.Select(workload => workload.Name).Distinct().Count());

    [Theory]
    [InlineData("ours", true)]
    [InlineData("etcd2", true)]
    [InlineData("etcd2x", false)]
    [InlineData("other", false)]
    public void Targets_are_ours_or_etcd_with_a_number(string name, bool known) => Assert.Equal(known, TargetNames.IsKnown(name));

    private static Figure Of(double value) => new("f", "u", value);
}
