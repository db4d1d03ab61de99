using StateServer.Watching;
using Wire = StateServer.Protos.Etcd;

namespace StateServer.Api.Etcd;

/// <summary>
/// One <c>etcdserverpb.WatchResponse</c> on its way out. It is written from bytes that all watchers of an event share, and so
/// is no protobuf message; its writer reuses it from response to response. Not thread-safe.
/// </summary>
internal sealed class WatchReply
{
    /// <summary>Who answers; the revision is the message's.</summary>
    public Wire.ResponseHeader Header { get; } = new();

    /// <summary>What it tells.</summary>
    public WatchMessage Message { get; set; }

    /// <summary>The first of the message's events in this response.</summary>
    public int FirstEvent { get; set; }

    /// <summary>How many of them are.</summary>
    public int Events { get; set; }

    /// <summary>Whether more of them follow in another response.</summary>
    public bool IsFragment { get; set; }

    /// <summary>Bytes that it took, once it is written.</summary>
    public int SizeBytes { get; set; }
}
