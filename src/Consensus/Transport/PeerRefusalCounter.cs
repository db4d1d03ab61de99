using System.Diagnostics.Metrics;

namespace StateServer.Consensus.Transport;

/// <summary>Counts refused calls between members, by reason.</summary>
internal static class PeerRefusalCounter
{
    private static readonly Counter<long> Refusals = RaftMeter.Meter.CreateCounter<long>(
        "stateserver.peer.refusals", "{call}", "Calls of other members that were refused, by reason");

    /// <summary>Counts one.</summary>
    public static void Count(PeerRefusalReason reason)
        => Refusals.Add(1, new KeyValuePair<string, object?>("reason", reason.ToString()));
}
