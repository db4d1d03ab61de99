namespace StateServer.Consensus.Codec;

/// <summary>
/// What a block of a state snapshot holds; blocks come in this order, except that the end is the last one. On disk: append only,
/// never renumber.
/// </summary>
internal enum SnapshotBlockTag : byte
{
    Header = 1,
    Versions = 2,
    Leases = 3,
    Sessions = 4,
    Members = 5,
    Alarms = 6,
    End = 7,
    Environment = 8,
    Machines = 9,
    Services = 10,
    Units = 11,
    Zones = 12,
    ModelEvents = 13,
    Membership = 14,
    Standings = 15,
    Tombstones = 16,
}
