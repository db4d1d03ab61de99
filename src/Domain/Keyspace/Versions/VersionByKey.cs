using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace.Versions;

/// <summary>A version ordered by its key: what exists now.</summary>
internal readonly record struct VersionByKey(KeyValue Version) : ITreeItem<VersionByKey, Key>
{
    public static int Compare(in Key probe, VersionByKey item) => probe.CompareTo(item.Version.Key);

    public static int SharedPrefix(VersionByKey low, VersionByKey high) =>
        low.Version.Key.Span.CommonPrefixLength(high.Version.Key.Span);

    public static int ComparePrefix(in Key probe, VersionByKey item, int length) =>
        probe.Span[..Math.Min(probe.Length, length)].SequenceCompareTo(item.Version.Key.Span[..length]);

    public static ulong Hint(VersionByKey item, int skip) => KeyHint.Of(item.Version.Key.Span, skip);

    public static ulong Hint(in Key probe, int skip) => KeyHint.Of(probe.Span, skip);
}
