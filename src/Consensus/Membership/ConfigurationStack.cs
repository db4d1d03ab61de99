namespace StateServer.Consensus.Membership;

/// <summary>
/// The configurations in the log, the newest on top: one takes effect when it is appended or loaded, and is gone when its
/// entry is truncated (Raft dissertation, §4.1). The lowest one lies at or before the log's first entry. Not thread-safe.
/// </summary>
internal sealed class ConfigurationStack
{
    private readonly List<(long Index, ClusterConfiguration Configuration)> _items;

    /// <summary>Starts with the configuration that lies below the log.</summary>
    /// <param name="index">The index it was made at: 0 for a new cluster's first one, otherwise a snapshot's.</param>
    /// <param name="configuration">The configuration.</param>
    public ConfigurationStack(long index, ClusterConfiguration configuration)
        => _items = [(index, configuration)];

    /// <summary>The configuration in force.</summary>
    public ClusterConfiguration Top => _items[^1].Configuration;

    /// <summary>The index of the entry that brought it.</summary>
    public long TopIndex => _items[^1].Index;

    /// <summary>How many it holds.</summary>
    public int Count => _items.Count;

    /// <summary>Puts the configuration of a newly appended or loaded entry in force.</summary>
    /// <exception cref="InvalidOperationException">Not above the newest one: a broken invariant.</exception>
    public void Push(long index, ClusterConfiguration configuration)
    {
        if (index <= TopIndex)
        {
            throw new InvalidOperationException($"a configuration at {index} can't follow the one at {TopIndex}");
        }

        _items.Add((index, configuration));
    }

    /// <summary>The entries from <paramref name="index"/> on are truncated: their configurations are no longer in force.</summary>
    /// <returns>True where the configuration in force changed.</returns>
    public bool TruncateFrom(long index)
    {
        var count = _items.Count;
        while (_items.Count > 1 && TopIndex >= index)
        {
            _items.RemoveAt(_items.Count - 1);
        }

        return _items.Count != count;
    }

    /// <summary>The configuration that was in force at <paramref name="index"/>, the entry at it included.</summary>
    public (long Index, ClusterConfiguration Configuration) At(long index)
    {
        for (var i = _items.Count - 1; i > 0; i--)
        {
            if (_items[i].Index <= index)
            {
                return _items[i];
            }
        }

        return _items[0];
    }

    /// <summary>A snapshot replaced the whole log.</summary>
    public void Reset(long index, ClusterConfiguration configuration)
    {
        _items.Clear();
        _items.Add((index, configuration));
    }

    /// <summary>Entries at or below <paramref name="index"/> are committed and in a snapshot: keeps only the newest of theirs.</summary>
    public void Settle(long index)
    {
        while (_items.Count > 1 && _items[1].Index <= index)
        {
            _items.RemoveAt(0);
        }
    }
}
