namespace StateServer.Bench.Watches;

/// <summary>Who watches what: watches are dealt to streams in turn, and the watches of each stream to the keys in turn.</summary>
/// <param name="Watches">All watches; a multiple of <paramref name="Streams"/> times <paramref name="Keys"/>.</param>
/// <param name="Streams">The streams that carry them.</param>
/// <param name="Connections">The connections that carry those.</param>
/// <param name="Keys">The keys watched.</param>
internal sealed record WatchPlan(int Watches, int Streams, int Connections, int Keys)
{
    /// <summary>Watches of each stream.</summary>
    public int PerStream => Watches / Streams;

    /// <summary>Watches of each key: what one put becomes.</summary>
    public int PerKey => Watches / Keys;

    /// <summary>The key that a watch is on.</summary>
    public int KeyOf(int watch) => watch / Streams % Keys;

    /// <summary>The watch that is the given one of its stream, in the order of their creation.</summary>
    public int WatchOf(int stream, int place) => (place * Streams) + stream;
}
