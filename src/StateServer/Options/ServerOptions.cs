using System.Collections.Immutable;
using StateServer.Consensus;
using StateServer.Domain.Identity;
using StateServer.Placement.Reconciliation;
using StateServer.Providers.Local;
using StateServer.Watching;

namespace StateServer.Options;

/// <summary>What one member's process was told. Required values are null only between reading and validation.</summary>
internal sealed class ServerOptions
{
    /// <summary>What a response may be larger than the largest request, bytes; etcd's allowance.</summary>
    private const int MessageAllowanceBytes = 512 * 1024;

    /// <summary>Elections without a leader after which watches that require one are ended; etcd's number.</summary>
    private const int LeaderlessElections = 3;

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

    /// <summary>Peer addresses of a running cluster that this member joins; empty for a new cluster's member.</summary>
    public ImmutableArray<string> Join { get; set; } = [];

    /// <summary>What was given of the settings that all members of a cluster share: what is passed on to a member that is launched.</summary>
    public ImmutableSortedDictionary<string, string> Shared { get; set; } = ImmutableSortedDictionary<string, string>.Empty;

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

    public TimeSpan WatchProgressInterval { get; set; }

    public long MaxWatches { get; set; }

    public long MaxWatchBacklogBytes { get; set; }

    /// <summary>0 for no quota.</summary>
    public long QuotaBytes { get; set; }

    public AutoCompaction AutoCompaction { get; set; } = AutoCompaction.Off;

    /// <summary>Null where this member can't launch local machines.</summary>
    public string? LocalRoot { get; set; }

    public ImmutableArray<LocalZone> LocalZones { get; set; } = LocalZone.First();

    public long LocalPort { get; set; }

    public Uri? OtlpEndpoint { get; set; }

    public LogLevel LogLevel { get; set; }

    public string? LogFile { get; set; }

    /// <summary>What concerns watches; only after validation.</summary>
    public WatchOptions ToWatchOptions() => new()
    {
        ProgressInterval = WatchProgressInterval,
        MaxWatches = (int)MaxWatches,
        MaxBacklogBytes = MaxWatchBacklogBytes,
        MaxResponseBytes = (int)MaxRequestBytes + MessageAllowanceBytes,
        LeaderlessLimit = ElectionTimeoutHigh * LeaderlessElections,
    };

    /// <summary>
    /// What concerns the loop that makes the environment what its model says; only after validation. Listing processes of this
    /// machine costs a few milliseconds, and shows failures soon.
    /// </summary>
    public ReconciliationOptions ToReconciliationOptions() => LocalRoot is null
        ? new()
        : new() { ProviderPeriod = TimeSpan.FromSeconds(1) };

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
        Join = Join.IsEmpty ? null : new JoinInformation([.. Join.Where(peer => peer != PeerAddress)]),
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
        QuotaBytes = QuotaBytes == 0 ? long.MaxValue : QuotaBytes,
        AutoCompaction = AutoCompaction,
    };
}
