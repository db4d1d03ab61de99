using StateServer.Consensus.Raft;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Snapshots;

/// <summary>A finished, durable snapshot.</summary>
/// <param name="Cluster">The cluster whose state it is.</param>
/// <param name="Position">The last entry in it.</param>
/// <param name="ConfigurationIndex">The index of the configuration that is in force there.</param>
/// <param name="Configuration">That configuration, encoded.</param>
/// <param name="FileBytes">Length of the file as it travels.</param>
/// <param name="Checksum">XxHash3 of the file up to its trailer.</param>
/// <param name="Path">The file.</param>
internal sealed record SnapshotInfo(
    ClusterId Cluster,
    EntryPosition Position,
    long ConfigurationIndex,
    ReadOnlyMemory<byte> Configuration,
    long FileBytes,
    ulong Checksum,
    string Path)
{
    /// <summary>Index of the last entry in it.</summary>
    public long Index => Position.Index;

    /// <summary>Term of the last entry in it.</summary>
    public long Term => Position.Term;

    /// <summary>Bytes of the state in it.</summary>
    public long ContentBytes => FileBytes - ContentOffset - SnapshotFormat.TrailerBytes;

    /// <summary>Where the state begins in the file.</summary>
    public long ContentOffset => SnapshotFormat.HeaderBytes + Configuration.Length;
}
