using System.Diagnostics.Metrics;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Reads;

/// <summary>Counts of linearizable reads and of the rounds that they share.</summary>
internal static class ReadMeter
{
    private static readonly Histogram<int> Sharers = ReplicaMeter.Meter.CreateHistogram<int>(
        "stateserver.read.sharers", "{read}", "Linearizable reads that shared one read index");

    private static readonly Histogram<double> RoundSeconds = ReplicaMeter.Meter.CreateHistogram<double>(
        "stateserver.read.round.duration", "s", "Quorum rounds for read indexes, on the leader");

    private static readonly Counter<long> Refusals = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.read.refusals", "{read}", "Linearizable reads refused, by reason");

    /// <summary>Counts reads that were answered together.</summary>
    public static void Shared(int reads) => Sharers.Record(reads);

    /// <summary>Counts a quorum round.</summary>
    public static void QuorumRound(TimeSpan elapsed) => RoundSeconds.Record(elapsed.TotalSeconds);

    /// <summary>Counts refused reads.</summary>
    public static void Refused(ReadRefusal refusal, int reads)
        => Refusals.Add(reads, new KeyValuePair<string, object?>("reason", refusal.ToString()));
}
