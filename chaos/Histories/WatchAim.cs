namespace StateServer.Chaos.Histories;

/// <summary>What a watch asks for.</summary>
/// <param name="Key">The key, or the first of the range.</param>
internal sealed record WatchAim(string Key)
{
    /// <summary>The exclusive end of the range; null for the one key.</summary>
    public string? End { get; init; }

    /// <summary>Whether each event tells of the key before it.</summary>
    public bool WithBefore { get; init; }

    /// <summary>Whether the events of one revision may come in several answers.</summary>
    public bool InFragments { get; init; }

    public bool WithoutPuts { get; init; }

    public bool WithoutDeletes { get; init; }

    /// <summary>Whether an event is of those asked for.</summary>
    public bool Takes(KeyChange change) => !(change.Now is null ? WithoutDeletes : WithoutPuts) && Covers(change.Key);

    /// <summary>Whether all that another watch may see is seen by this one, too.</summary>
    public bool Contains(WatchAim other) =>
        !WithoutPuts && !WithoutDeletes && Covers(other.Key)
        && (other.End is null || (End is not null && string.CompareOrdinal(other.End, End) <= 0));

    private bool Covers(string key) =>
        End is null ? key == Key : string.CompareOrdinal(key, Key) >= 0 && string.CompareOrdinal(key, End) < 0;
}
