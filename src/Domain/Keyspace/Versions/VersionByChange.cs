using StateServer.Domain.Trees;

namespace StateServer.Domain.Keyspace.Versions;

/// <summary>A version ordered by when it was made: the log of changes.</summary>
internal readonly record struct VersionByChange(KeyValue Version) : ITreeItem<VersionByChange, ChangeNumber>
{
    public static int Compare(in ChangeNumber probe, VersionByChange item)
    {
        var order = probe.Revision.CompareTo(item.Version.ModRevision.Value);
        return order != 0 ? order : probe.SubRevision.CompareTo(item.Version.SubRevision);
    }

    public static int SharedPrefix(VersionByChange low, VersionByChange high) => 0;

    public static int ComparePrefix(in ChangeNumber probe, VersionByChange item, int length) => 0;

    public static ulong Hint(VersionByChange item, int skip) => (ulong)item.Version.ModRevision.Value;

    public static ulong Hint(in ChangeNumber probe, int skip) => (ulong)probe.Revision;
}
