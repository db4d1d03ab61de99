using StateServer.Protos.Etcd;

namespace StateServer.Client.Watches;

/// <summary>What a watch told.</summary>
/// <param name="Revision">Everything up to this revision that the watch is for has been told, this update included.</param>
/// <param name="Events">Whole revisions, in order; empty where only the revision is told.</param>
public sealed record WatchUpdate(long Revision, IReadOnlyList<Event> Events);
