using System.Diagnostics.Metrics;
using StateServer.Consensus.Replica;

namespace StateServer.Consensus.Leases;

/// <summary>Counts of what became of leases on the leader.</summary>
internal static class LeaseMeter
{
    private static readonly Counter<long> KeepAlives = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.lease.keepalives", "{keepalive}", "Keep-alives that the leader answered, by what it found: Alive, NotFound, Ending");

    private static readonly Counter<long> Expired = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.lease.expired", "{lease}", "Leases that ran out and were ended by this leader");

    private static readonly Counter<long> Postponed = ReplicaMeter.Meter.CreateCounter<long>(
        "stateserver.lease.expiries.postponed", "{lease}", "Expiries that were refused or whose outcome is unknown, and are tried again");

    private static readonly Histogram<double> OverdueSeconds = ReplicaMeter.Meter.CreateHistogram<double>(
        "stateserver.lease.overdue", "s", "From a lease's deadline to the proposal of its end");

    /// <summary>Counts an answered keep-alive.</summary>
    public static void KeptAlive(LeaseVerdict verdict)
        => KeepAlives.Add(1, new KeyValuePair<string, object?>("verdict", verdict.ToString()));

    /// <summary>Counts a lease that was ended.</summary>
    public static void Ended(TimeSpan overdue)
    {
        Expired.Add(1);
        OverdueSeconds.Record(overdue.TotalSeconds);
    }

    /// <summary>Counts an expiry that is tried again.</summary>
    public static void TriedAgain() => Postponed.Add(1);
}
