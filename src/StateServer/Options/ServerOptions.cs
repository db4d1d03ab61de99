using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Domain.Identity;

namespace StateServer.Options;

/// <summary>What one member's process was told. Required values are null only between reading and validation.</summary>
internal sealed class ServerOptions
{
    public string? Name { get; set; }

    public NodeId Id { get; set; }

    public ClusterId Cluster { get; set; }

    public string? DataFolder { get; set; }

    public Zone Zone { get; set; } = new("default");

    public ListenAddress? ListenClient { get; set; }

    public ListenAddress? ListenPeer { get; set; }

    public ListenAddress? ListenHttp { get; set; }

    public ImmutableArray<string> ClientUrls { get; set; } = [];

    public string? PeerAddress { get; set; }

    public ImmutableArray<InitialMember> InitialMembers { get; set; } = [];

    public TimeSpan Heartbeat { get; set; }

    public TimeSpan ElectionTimeoutLow { get; set; }

    public TimeSpan ElectionTimeoutHigh { get; set; }

    public TimeSpan RequestTimeout { get; set; }

    public long MaxRequestBytes { get; set; }

    public long MaxBatchBytes { get; set; }

    public long MaxBatchCommands { get; set; }

    public long MaxQueueBytes { get; set; }

    public long SnapshotEntries { get; set; }

    public long SnapshotBytes { get; set; }

    public long TailEntries { get; set; }

    public long TailBytes { get; set; }

    public long DigestEveryEntries { get; set; }

    public Uri? OtlpEndpoint { get; set; }

    public LogLevel LogLevel { get; set; }

    public string? LogFile { get; set; }

    /// <summary>The replica's part of it; only after validation.</summary>
    public ReplicaOptions ToReplicaOptions(string version) => new()
    {
        DataFolder = DataFolder!,
        Id = Id,
        Cluster = Cluster,
        Name = Name!,
        Zone = Zone,
        PeerAddress = PeerAddress!,
        ClientUrls = ClientUrls,
        InitialMembers = InitialMembers,
        Version = version,
        Heartbeat = Heartbeat,
        ElectionTimeoutLow = ElectionTimeoutLow,
        ElectionTimeoutHigh = ElectionTimeoutHigh,
        RequestTimeout = RequestTimeout,
        MaxRequestBytes = (int)MaxRequestBytes,
        MaxBatchBytes = (int)MaxBatchBytes,
        MaxBatchCommands = (int)MaxBatchCommands,
        MaxQueueBytes = MaxQueueBytes,
        SnapshotEntries = SnapshotEntries,
        SnapshotBytes = SnapshotBytes,
        TailEntries = TailEntries,
        TailBytes = TailBytes,
        DigestEveryEntries = DigestEveryEntries,
    };
}
