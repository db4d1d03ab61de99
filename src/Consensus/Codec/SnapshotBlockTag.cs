namespace StateServer.Consensus.Codec;

/// <summary>What a block of a state snapshot holds; blocks come in this order. On disk: append only, never renumber.</summary>
internal enum SnapshotBlockTag : byte
{
    Header = 1,
    Versions = 2,
    Leases = 3,
    Sessions = 4,
    Members = 5,
    Alarms = 6,
    End = 7,
}
