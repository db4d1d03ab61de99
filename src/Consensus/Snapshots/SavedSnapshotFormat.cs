namespace StateServer.Consensus.Snapshots;

/// <summary>
/// A snapshot as clients save it: a snapshot file (<see cref="SnapshotFormat"/>) without a configuration, filled up with zeros
/// before its trailer so that its length is a multiple of 512 bytes, and behind it the SHA-256 of all that. etcd's own tools
/// take a file for complete only in that shape.
/// </summary>
internal static class SavedSnapshotFormat
{
    /// <summary>What the length in front of the SHA-256 is a multiple of: etcd's tools tell by it that a checksum is there.</summary>
    public const int Multiple = 512;

    /// <summary>Bytes of the SHA-256.</summary>
    public const int HashBytes = 32;

    /// <summary>Zeros between a state of so many bytes and the trailer.</summary>
    public static int Filling(long stateBytes)
    {
        var without = SnapshotFormat.HeaderBytes + stateBytes + SnapshotFormat.TrailerBytes;
        return (int)((Multiple - (without % Multiple)) % Multiple);
    }
}
