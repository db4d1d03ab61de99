namespace StateServer.Bench.Report;

/// <summary>One measured number of one round.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Unit">Its unit, as printed.</param>
/// <param name="Value">The number.</param>
internal sealed record Figure(string Name, string Unit, double Value)
{
    /// <summary>The figures of a closed loop.</summary>
    public static IReadOnlyList<Figure> Of(Load.LoadResult load)
    {
        long operations = Math.Max(1, load.SortedLatencies.Length);
        return
        [
            new("throughput", "ops/s", load.SortedLatencies.Length / load.Elapsed.TotalSeconds),
            new("p50", "ms", Load.LatencySamples.Milliseconds(load.SortedLatencies, 0.50)),
            new("p99", "ms", Load.LatencySamples.Milliseconds(load.SortedLatencies, 0.99)),
            new("p99.9", "ms", Load.LatencySamples.Milliseconds(load.SortedLatencies, 0.999)),
            new("server CPU", "us/op", (double)load.ServerCpuMicroseconds / operations),
            new("client CPU", "us/op", (double)load.ClientCpuMicroseconds / operations),
            new("failures", "", load.Failures),
        ];
    }
}
