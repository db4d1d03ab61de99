using System.Diagnostics.Metrics;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Proposals;

/// <summary>Counts and sizes of proposals and of the entries made of them. Recorded once a batch, so that a put costs little.</summary>
internal static class ProposalMeter
{
    private static readonly Counter<long> Proposals = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.proposals", "{command}", "Commands handed to the log");

    private static readonly Histogram<int> BatchCommands = ReplicaMeter.Meter.CreateHistogram<int>(
        "stateserver.batch.commands", "{command}", "Commands in one log entry");

    private static readonly Histogram<int> BatchBytes = ReplicaMeter.Meter.CreateHistogram<int>(
        "stateserver.batch.size", "By", "Bytes of one log entry");

    private static readonly Histogram<double> CommitSeconds = ReplicaMeter.Meter.CreateHistogram<double>(
        "stateserver.commit.duration", "s", "From handing an entry to the log until it is applied here, on the leader");

    private static readonly Counter<long> Refusals = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.proposal.refusals", "{command}", "Commands that were certainly not executed, by reason");

    private static readonly Histogram<double> ForwardSeconds = ReplicaMeter.Meter.CreateHistogram<double>(
        "stateserver.forward.duration", "s", "From sending a message of commands to the leader until it says that they are in its log");

    /// <summary>Counts an entry that was appended.</summary>
    public static void Appended(int commands, int bytes)
    {
        Proposals.Add(commands);
        BatchCommands.Record(commands);
        BatchBytes.Record(bytes);
    }

    /// <summary>Counts how long an entry took to be applied.</summary>
    public static void Applied(TimeSpan elapsed) => CommitSeconds.Record(elapsed.TotalSeconds);

    /// <summary>Counts how long a message took to be answered.</summary>
    public static void Forwarded(TimeSpan elapsed) => ForwardSeconds.Record(elapsed.TotalSeconds);

    /// <summary>Counts a refusal.</summary>
    public static void Refused(ProposalRefusal reason)
        => Refusals.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
}
