namespace StateServer.Domain.Keyspace.Versions;

/// <summary>The number of one change: its main revision, and its place among the changes of that revision.</summary>
internal readonly record struct ChangeNumber(long Revision, int SubRevision)
{
    public static ChangeNumber Of(KeyValue version) => new(version.ModRevision.Value, version.SubRevision);
}
