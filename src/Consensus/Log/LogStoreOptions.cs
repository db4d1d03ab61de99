using StateServer.Consensus.Log.Native;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Log;

/// <summary>What a <see cref="LogStore"/> must be told.</summary>
internal sealed record LogStoreOptions
{
    /// <summary>The cluster whose log it is; in each segment's header, and compared.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>The member whose log it is; in each segment's header, and compared.</summary>
    public required NodeId Node { get; init; }

    /// <summary>The data folder whose log it is; in each segment's header, and compared.</summary>
    public required FolderId Folder { get; init; }

    /// <summary>True where the log was made before: then a missing one is damage, not a first start.</summary>
    public bool MustExist { get; init; }

    /// <summary>
    /// Bytes of a segment of a log made now (one made before keeps its own). Default 16 MiB: a roll, about 1 ms, each few
    /// seconds under full load, while a small member's disk isn't taken by the current one and its two spares. From 64 KiB to 1 GiB, and at least twice the
    /// largest payload.
    /// </summary>
    public int SegmentBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of one write at most (a larger record is a write of its own). Default 4 MiB.</summary>
    public int MaxRoundBytes { get; init; } = 4 * 1024 * 1024;

    /// <summary>Bytes of the newest records that are kept in memory. Default 64 MiB.</summary>
    public long CacheBytes { get; init; } = 64L * 1024 * 1024;

    /// <summary>How long a full disk is left alone before the next try to make a spare segment. Default 1 s.</summary>
    public TimeSpan SpaceRetry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>False only in tests that must be deterministic: spare segments are then made by the append that needs them.</summary>
    public bool PrepareInBackground { get; init; } = true;

    /// <summary>The disk.</summary>
    public IDisk Disk { get; init; } = LibcDisk.Instance;

    /// <summary>The clock, for measuring and for <see cref="SpaceRetry"/>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where a new segment's salt comes from; a fixture fixes it. Null: the system's random numbers.</summary>
    public Func<ulong>? Salt { get; init; }
}
