using System.Diagnostics.Metrics;

namespace StateServer.Api.Etcd;

/// <summary>What is measured of snapshots sent to clients. Thread-safe.</summary>
internal sealed class SnapshotMeter : IDisposable
{
    private readonly Meter _meter = new("StateServer.Snapshots");
    private readonly Counter<long> _sent;
    private readonly Counter<long> _bytes;

    public SnapshotMeter()
    {
        _sent = _meter.CreateCounter<long>(
            "stateserver.snapshots.sent", "{snapshot}", "Snapshots sent to clients, by whether they went through");
        _bytes = _meter.CreateCounter<long>("stateserver.snapshots.sent_size", "By", "Bytes of the snapshots that went through");
    }

    /// <summary>One went through.</summary>
    public void Sent(long bytes)
    {
        _sent.Add(1, new KeyValuePair<string, object?>("failed", false));
        _bytes.Add(bytes);
    }

    /// <summary>One did not.</summary>
    public void Failed() => _sent.Add(1, new KeyValuePair<string, object?>("failed", true));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
