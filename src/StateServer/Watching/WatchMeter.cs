using System.Diagnostics.Metrics;

namespace StateServer.Watching;

/// <summary>The instruments of watching.</summary>
internal static class WatchMeter
{
    /// <summary>The meter's name, as exporters are told it.</summary>
    public const string Name = "StateServer.Watching";

    private static readonly Meter Meter = new(Name);

    private static readonly Counter<long> EventsSent = Meter.CreateCounter<long>(
        "stateserver.watch.events", "{event}", "Events sent to clients");

    private static readonly Counter<long> ResponsesSent = Meter.CreateCounter<long>(
        "stateserver.watch.responses", "{response}", "Responses sent to clients, with and without events");

    private static readonly Counter<long> Slow = Meter.CreateCounter<long>(
        "stateserver.watch.fell_behind", "{watch}", "Times that a watch fell behind because its client read too slowly");

    private static readonly Counter<long> Ended = Meter.CreateCounter<long>(
        "stateserver.watch.compacted", "{watch}", "Watches cancelled because what they needed was compacted");

    private static readonly Counter<long> Failures = Meter.CreateCounter<long>(
        "stateserver.watch.failures", "{time}", "Times that handing out events failed and all streams were ended");

    /// <summary>Adds what is looked up when it is asked for.</summary>
    public static void AddGauges(Meter meter, Func<WatchCounts> counts, Backlog backlog)
    {
        meter.CreateObservableGauge("stateserver.watch.watches", () => counts().Watches, "{watch}", "Watches on this member");
        meter.CreateObservableGauge("stateserver.watch.streams", () => counts().Streams, "{stream}", "Clients' streams of watches");
        meter.CreateObservableGauge("stateserver.watch.lagging", () => counts().Lagging, "{watch}", "Watches that are behind and caught up from history");
        meter.CreateObservableGauge("stateserver.watch.backlog", () => backlog.Bytes, "By", "Memory of what waits to be sent to clients");
        meter.CreateObservableGauge("stateserver.watch.waiting", () => counts().Waiting, "{event}", "Applied changes that wait to be handed out");
        meter.CreateObservableCounter("stateserver.watch.overflows", () => counts().Overflows, "{time}", "Times that more changes were applied than may wait to be handed out");
    }

    /// <summary>A response was sent.</summary>
    public static void Sent(int events)
    {
        ResponsesSent.Add(1);
        EventsSent.Add(events);
    }

    /// <summary>A watch fell behind.</summary>
    public static void FellBehind() => Slow.Add(1);

    /// <summary>A watch was cancelled by compaction.</summary>
    public static void Compacted() => Ended.Add(1);

    /// <summary>Handing out failed.</summary>
    public static void Failed() => Failures.Add(1);
}
