namespace StateServer.Domain.Keyspace;

/// <summary>
/// A range as etcd's API words it: <paramref name="End"/> empty means the single key <paramref name="Start"/>; a single
/// zero byte means every key from <paramref name="Start"/> on; anything else is the exclusive end.
/// </summary>
/// <param name="Start">The first key.</param>
/// <param name="End">The end, as above.</param>
public readonly record struct KeyRange(Key Start, Key End)
{
    /// <summary>True when the range names the one key <see cref="Start"/>.</summary>
    public bool IsSingle => End.IsEmpty;

    /// <summary>True when the range has no upper bound.</summary>
    public bool IsOpenEnded => End.Length == 1 && End.Span[0] == 0;

    /// <summary>True when the key lies in the range.</summary>
    public bool Contains(Key key) =>
        IsSingle ? key == Start : key >= Start && (IsOpenEnded || key < End);
}
