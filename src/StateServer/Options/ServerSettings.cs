namespace StateServer.Options;

/// <summary>All settings of <c>server</c>, once: flags, environment, file, help and documents follow this list.</summary>
internal static class ServerSettings
{
    public static readonly ServerSetting Name = new("name", "NAME", "This member's name, unique in the cluster. Required.");

    public static readonly ServerSetting NodeId = new("node-id", "ID", "This member's minted id, a decimal number from 1 to 2^64-1. Required.");

    public static readonly ServerSetting ClusterId = new("cluster-id", "ID", "The cluster's minted id, a decimal number from 1 to 2^64-1. Required.");

    public static readonly ServerSetting DataDir = new("data-dir", "FOLDER", "The folder for log, vote and snapshots; one member's alone. Required.");

    public static readonly ServerSetting Zone = new("zone", "ZONE", "The availability zone this member stands in. Default: default.");

    public static readonly ServerSetting ListenClient = new("listen-client", "IP:PORT", "Where clients are served (gRPC, HTTP/2). Default: 127.0.0.1:2379.");

    public static readonly ServerSetting ListenPeer = new("listen-peer", "IP:PORT", "Where peers are served (gRPC, HTTP/2). Default: 127.0.0.1:2380.");

    public static readonly ServerSetting ListenHttp = new("listen-http", "IP:PORT", "Where health and metrics are served (HTTP/1.1). Default: 127.0.0.1:2381.");

    public static readonly ServerSetting AdvertiseClient = new("advertise-client", "URL", "The URLs that clients dial, comma-separated. Default: http:// and the listen address.");

    public static readonly ServerSetting AdvertisePeer = new("advertise-peer", "HOST:PORT", "What peers dial; the address in the initial list. Default: the listen address.");

    public static readonly ServerSetting InitialMembers = new("initial-members", "LIST", "All members of the new cluster as name=ID@host:port, comma-separated: 1, 3, 5 or 7, this one among them. Required, or join.");

    public static readonly ServerSetting Join = new("join", "LIST", "In place of initial-members, for a member that the running cluster expects: host:port of some members' peer ports, comma-separated. Used at the first start, and where no other address leads to a member any more.");

    public static readonly ServerSetting Heartbeat = new("heartbeat", "DURATION", "Between heartbeats, 10ms to 10s. Default: 100ms.");

    public static readonly ServerSetting ElectionTimeoutLow = new("election-timeout-low", "DURATION", "The lowest election timeout, at least three heartbeats. Default: 500ms.");

    public static readonly ServerSetting ElectionTimeoutHigh = new("election-timeout-high", "DURATION", "The highest election timeout, above the lowest, at most 60s. Default: 1s.");

    public static readonly ServerSetting RequestTimeout = new("request-timeout", "DURATION", "How long a proposal or read may wait in all, 100ms to 5m. Default: 5s.");

    public static readonly ServerSetting MaxRequestBytes = new("max-request-bytes", "SIZE", "The largest request, 1KiB to 8MiB. Default: 1536KiB.");

    public static readonly ServerSetting MaxBatchBytes = new("max-batch-bytes", "SIZE", "The largest log entry made of many requests, 4KiB to 8MiB. Default: 1MiB.");

    public static readonly ServerSetting MaxBatchCommands = new("max-batch-commands", "COUNT", "The most requests in one log entry, 1 to 65536. Default: 1024.");

    public static readonly ServerSetting MaxQueueBytes = new("max-queue-bytes", "SIZE", "The most bytes that wait to be proposed, at least max-request-bytes. Default: 64MiB.");

    public static readonly ServerSetting SnapshotEntries = new("snapshot-entries", "COUNT", "A snapshot is written this many entries after the last, 10 or more. Default: 100000.");

    public static readonly ServerSetting SnapshotBytes = new("snapshot-bytes", "SIZE", "Or when the log behind the last snapshot exceeds this, 64KiB or more. Default: 256MiB.");

    public static readonly ServerSetting TailEntries = new("tail-entries", "COUNT", "Entries kept behind a snapshot for followers that missed a little, 0 or more. Default: 10000.");

    public static readonly ServerSetting TailBytes = new("tail-bytes", "SIZE", "Bytes kept behind a snapshot at most, 0 or more. Default: 64MiB.");

    public static readonly ServerSetting DigestEveryEntries = new("digest-every-entries", "COUNT", "Members compare a digest of their states each time this many entries were applied, 1 or more. Default: 10000.");

    public static readonly ServerSetting WatchProgressInterval = new("watch-progress-interval", "DURATION", "How often a quiet watch that asked for it is told the revision, 100ms to 24h. Default: 10m.");

    public static readonly ServerSetting MaxWatches = new("max-watches", "COUNT", "The most watches on this member, 1 or more. Default: 1000000.");

    public static readonly ServerSetting MaxWatchBacklogBytes = new("max-watch-backlog-bytes", "SIZE", "The most bytes of events that wait to be sent to watching clients, 1MiB or more. Default: 128MiB.");

    public static readonly ServerSetting QuotaBytes = new("quota-bytes", "SIZE", "How much state the cluster may hold, history included; past it what grows is refused until a compaction made room. 0 for any, or 1MiB or more; the same on all members. Default: 8GiB.");

    public static readonly ServerSetting AutoCompactionMode = new("auto-compaction-mode", "MODE", "How auto-compaction-retention counts: periodic (time) or revision (count). Default: periodic.");

    public static readonly ServerSetting AutoCompactionRetention = new("auto-compaction-retention", "RETENTION", "The history that stays when the leader compacts by itself: a duration or a number of hours (periodic), or a number of revisions (revision); 0 for off. Default: 0.");

    public static readonly ServerSetting LocalRoot = new("local-root", "FOLDER", "The folder of the machines that an environment of type local launches here; the same for all members. Default: none, and no such environment can launch.");

    public static readonly ServerSetting LocalZones = new("local-zones", "LIST", "The local environment's zones as local-a=CAPACITY, comma-separated, up to local-z. Default: local-a=100,local-b=100,local-c=100.");

    public static readonly ServerSetting LocalPort = new("local-port", "PORT", "The first local machine's port; each machine has ten. Default: 2479.");

    public static readonly ServerSetting OtlpEndpoint = new("otlp-endpoint", "URL", "Where OpenTelemetry traces and metrics are sent (OTLP over gRPC). Default: nowhere.");

    public static readonly ServerSetting LogLevel = new("log-level", "LEVEL", "trace, debug, information, warning, error or none. Default: information.");

    public static readonly ServerSetting LogFile = new("log-file", "FILE", "A file that all output is appended to, in place of standard output and error. Default: none.");

    /// <summary>
    /// What all members of a cluster should be told alike: a member that is launched gets it from the one that launches it. Where
    /// it logs and reports to is the machine's own matter.
    /// </summary>
    public static readonly IReadOnlyList<ServerSetting> Shared =
    [
        Heartbeat, ElectionTimeoutLow, ElectionTimeoutHigh, RequestTimeout,
        MaxRequestBytes, MaxBatchBytes, MaxBatchCommands, MaxQueueBytes,
        SnapshotEntries, SnapshotBytes, TailEntries, TailBytes, DigestEveryEntries,
        WatchProgressInterval, MaxWatches, MaxWatchBacklogBytes,
        QuotaBytes, AutoCompactionMode, AutoCompactionRetention,
        LocalRoot, LocalZones, LocalPort,
    ];

    /// <summary>All of them, in the order of the help.</summary>
    public static readonly IReadOnlyList<ServerSetting> All =
    [
        Name, NodeId, ClusterId, DataDir, Zone, InitialMembers, Join,
        ListenClient, ListenPeer, ListenHttp, AdvertiseClient, AdvertisePeer,
        Heartbeat, ElectionTimeoutLow, ElectionTimeoutHigh, RequestTimeout,
        MaxRequestBytes, MaxBatchBytes, MaxBatchCommands, MaxQueueBytes,
        SnapshotEntries, SnapshotBytes, TailEntries, TailBytes, DigestEveryEntries,
        WatchProgressInterval, MaxWatches, MaxWatchBacklogBytes,
        QuotaBytes, AutoCompactionMode, AutoCompactionRetention,
        LocalRoot, LocalZones, LocalPort,
        OtlpEndpoint, LogLevel, LogFile,
    ];
}
