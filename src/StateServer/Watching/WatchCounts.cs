namespace StateServer.Watching;

/// <summary>How much there is of everything, now.</summary>
/// <param name="Watches">Watches, with those that ended by compaction and were not cancelled yet.</param>
/// <param name="Lagging">Those of them that are behind: new ones from the past, and those whose clients read slowly.</param>
/// <param name="Streams">Clients' streams.</param>
/// <param name="Waiting">Applied changes that wait to be handed out.</param>
/// <param name="Overflows">How often more of these came than may wait.</param>
internal readonly record struct WatchCounts(int Watches, int Lagging, int Streams, int Waiting, long Overflows);
