using StateServer.Domain.Identity;
using StateServer.Domain.Trees;

namespace StateServer.Domain.Leases;

/// <summary>A lease ordered by its id.</summary>
internal readonly record struct LeaseById(LeaseRecord Lease) : ITreeItem<LeaseById, LeaseId>
{
    private const ulong SignBit = 1UL << 63;

    public static int Compare(in LeaseId probe, LeaseById item) => probe.CompareTo(item.Lease.Id);

    public static int SharedPrefix(LeaseById low, LeaseById high) => 0;

    public static int ComparePrefix(in LeaseId probe, LeaseById item, int length) => 0;

    public static ulong Hint(LeaseById item, int skip) => (ulong)item.Lease.Id.Value ^ SignBit;

    public static ulong Hint(in LeaseId probe, int skip) => (ulong)probe.Value ^ SignBit;
}
