using StateServer.Domain.Keyspace;

namespace StateServer.Watching;

/// <summary>What a client asks a watch for.</summary>
/// <param name="Range">The keys.</param>
internal sealed record WatchSpec(KeyRange Range)
{
    /// <summary>The id that the client chose; 0 leaves the choice to the stream.</summary>
    public long Id { get; init; }

    /// <summary>The first revision wanted; 0 for those after now; one in the future is waited for.</summary>
    public long StartRevision { get; init; }

    /// <summary>Whether each event comes with the key's version before it.</summary>
    public bool WithPrevious { get; init; }

    /// <summary>Whether a response over the limit of a message is sent in parts.</summary>
    public bool Fragments { get; init; }

    /// <summary>Whether the revision is told now and then while nothing happens.</summary>
    public bool WantsProgress { get; init; }

    /// <summary>Which events are left out.</summary>
    public WatchFilter Filter { get; init; }
}
