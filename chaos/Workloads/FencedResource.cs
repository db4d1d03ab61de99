namespace StateServer.Chaos.Workloads;

/// <summary>Something that lock holders write to, and which refuses a token older than the newest it has seen. Thread-safe.</summary>
internal sealed class FencedResource
{
    private readonly Lock _gate = new();
    private readonly List<long> _accepted = [];

    /// <summary>The tokens of the writes taken, in their order.</summary>
    public IReadOnlyList<long> Accepted
    {
        get
        {
            lock (_gate)
            {
                return [.. _accepted];
            }
        }
    }

    /// <returns>Whether the write was taken.</returns>
    public bool Write(long token)
    {
        lock (_gate)
        {
            bool isNewest = _accepted.Count == 0 || token >= _accepted[^1];
            if (isNewest)
            {
                _accepted.Add(token);
            }

            return isNewest;
        }
    }
}
