using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace.Versions;

/// <summary>A version ordered by its lease and then its key: what ends with each lease.</summary>
internal readonly record struct VersionByLease(KeyValue Version) : ITreeItem<VersionByLease, LeasedKey>
{
    private const ulong SignBit = 1UL << 63;

    public static int Compare(in LeasedKey probe, VersionByLease item)
    {
        var order = probe.Lease.CompareTo(item.Version.Lease);
        return order != 0 ? order : probe.Key.CompareTo(item.Version.Key);
    }

    public static int SharedPrefix(VersionByLease low, VersionByLease high) => 0;

    public static int ComparePrefix(in LeasedKey probe, VersionByLease item, int length) => 0;

    public static ulong Hint(VersionByLease item, int skip) => (ulong)item.Version.Lease.Value ^ SignBit;

    public static ulong Hint(in LeasedKey probe, int skip) => (ulong)probe.Lease.Value ^ SignBit;
}
