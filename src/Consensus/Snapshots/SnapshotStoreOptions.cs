using StateServer.Consensus.Log.Native;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Snapshots;

/// <summary>What a <see cref="SnapshotStore"/> must be told.</summary>
internal sealed record SnapshotStoreOptions
{
    /// <summary>The cluster; in each snapshot, and compared.</summary>
    public required ClusterId Cluster { get; init; }

    /// <summary>The disk.</summary>
    public IDisk Disk { get; init; } = LibcDisk.Instance;

    /// <summary>The clock, for measuring.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
