using System.Diagnostics.Metrics;

namespace StateServer.Consensus.Replica;

/// <summary>Counts of applied entries.</summary>
internal static class ApplyMeter
{
    private static readonly Counter<long> Entries = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.apply.entries", "{entry}", "Log entries applied");

    private static readonly Histogram<double> Seconds = ReplicaMeter.Meter.CreateHistogram<double>(
        "stateserver.apply.duration", "s", "Time to apply what was committed since the last time");

    /// <summary>Counts one call.</summary>
    public static void Applied(int entries, TimeSpan elapsed)
    {
        Entries.Add(entries);
        Seconds.Record(elapsed.TotalSeconds);
    }
}
