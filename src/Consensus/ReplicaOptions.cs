using System.Collections.Immutable;
using StateServer.Domain.Identity;

namespace StateServer.Consensus;

/// <summary>What a replica must be told. Validated by whoever builds it (StateServer/Options).</summary>
public sealed record ReplicaOptions
{
    /// <summary>The data folder: log, vote, snapshots, identity.</summary>
    public required string DataFolder { get; init; }

    /// <summary>This member.</summary>
    public required NodeId Id { get; init; }

    /// <summary>The cluster.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>This member's name.</summary>
    public required string Name { get; init; }

    /// <summary>This member's zone.</summary>
    public required Zone Zone { get; init; }

    /// <summary>host:port that peers dial.</summary>
    public required string PeerAddress { get; init; }

    /// <summary>The URLs that clients dial.</summary>
    public required ImmutableArray<string> ClientUrls { get; init; }

    /// <summary>All members of a new cluster, this one among them: 1, 3, 5 or 7. Used at the first start only, and to follow changed addresses later.</summary>
    public required ImmutableArray<InitialMember> InitialMembers { get; init; }

    /// <summary>Null for a new cluster's member; how one that joins a running cluster finds it. <see cref="InitialMembers"/> is empty then, and whichever its folder began with counts.</summary>
    public JoinInformation? Join { get; init; }

    /// <summary>The executable's version.</summary>
    public required string Version { get; init; }

    /// <summary>Time between heartbeats. Default 100 ms.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Lowest election timeout. Default 500 ms; at least three heartbeats.</summary>
    public TimeSpan ElectionTimeoutLow { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Highest election timeout. Default 1000 ms.</summary>
    public TimeSpan ElectionTimeoutHigh { get; init; } = TimeSpan.FromMilliseconds(1000);

    /// <summary>The largest command, bytes. Default 1.5 MiB, as etcd's.</summary>
    public int MaxRequestBytes { get; init; } = 1536 * 1024;

    /// <summary>The largest log entry made of many commands, bytes. Default 1 MiB (one larger command travels alone).</summary>
    public int MaxBatchBytes { get; init; } = 1024 * 1024;

    /// <summary>The most commands in one log entry. Default 1024.</summary>
    public int MaxBatchCommands { get; init; } = 1024;

    /// <summary>The most bytes that wait to be proposed. Default 64 MiB.</summary>
    public long MaxQueueBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long a proposal or a read may wait in all. Default 5 s.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A snapshot is written when this many entries follow the last one. Default 100,000.</summary>
    public long SnapshotEntries { get; init; } = 100_000;

    /// <summary>Or when the log behind the last snapshot exceeds this many bytes. Default 256 MiB.</summary>
    public long SnapshotBytes { get; init; } = 256L * 1024 * 1024;

    /// <summary>Entries kept behind a snapshot. Default 10,000.</summary>
    public long TailEntries { get; init; } = 10_000;

    /// <summary>Bytes kept behind a snapshot at most. Default 64 MiB.</summary>
    public long TailBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How much state the cluster may hold, bytes by ADR 0072's measure; <see cref="long.MaxValue"/> for any. Default 8 GiB, the most that etcd advises.</summary>
    public long QuotaBytes { get; init; } = 8L << 30;

    /// <summary>What is compacted on a schedule. Default: nothing.</summary>
    public AutoCompaction AutoCompaction { get; init; } = AutoCompaction.Off;

    /// <summary>A digest of the state is compared each time this many entries were applied. Default 10,000.</summary>
    public long DigestEveryEntries { get; init; } = 10_000;
}
