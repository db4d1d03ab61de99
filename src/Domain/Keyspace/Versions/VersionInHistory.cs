using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace.Versions;

/// <summary>A version ordered by its key, and then the newest first: superseded versions and tombstones.</summary>
internal readonly record struct VersionInHistory(KeyValue Version) : ITreeItem<VersionInHistory, KeyAtRevision>
{
    public static int Compare(in KeyAtRevision probe, VersionInHistory item)
    {
        var order = probe.Key.CompareTo(item.Version.Key);
        return order != 0 ? order : item.Version.ModRevision.Value.CompareTo(probe.Revision);
    }

    public static int SharedPrefix(VersionInHistory low, VersionInHistory high) =>
        low.Version.Key.Span.CommonPrefixLength(high.Version.Key.Span);

    public static int ComparePrefix(in KeyAtRevision probe, VersionInHistory item, int length) =>
        probe.Key.Span[..Math.Min(probe.Key.Length, length)].SequenceCompareTo(item.Version.Key.Span[..length]);

    public static ulong Hint(VersionInHistory item, int skip) => KeyHint.Of(item.Version.Key.Span, skip);

    public static ulong Hint(in KeyAtRevision probe, int skip) => KeyHint.Of(probe.Key.Span, skip);
}
