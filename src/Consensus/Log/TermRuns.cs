namespace StateServer.Consensus.Log;

/// <summary>The term of every entry, as runs of equal terms. Not thread-safe. Bounded by the number of terms in the log.</summary>
internal sealed class TermRuns
{
    private readonly List<(long FirstIndex, long Term)> _runs = [];

    /// <summary>Forgets all, and starts behind a boundary.</summary>
    public void Reset(long boundaryIndex, long boundaryTerm)
    {
        _runs.Clear();
        _runs.Add((boundaryIndex, boundaryTerm));
    }

    /// <summary>Notes the next entry's term.</summary>
    public void Add(long index, long term)
    {
        if (_runs[^1].Term != term)
        {
            _runs.Add((index, term));
        }
    }

    /// <summary>The term of an entry from the boundary on.</summary>
    public long At(long index)
    {
        int low = 0;
        int high = _runs.Count - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (_runs[middle].FirstIndex <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _runs[low].Term;
    }

    /// <summary>Forgets the entries from here on.</summary>
    public void TruncateFrom(long index)
    {
        while (_runs.Count > 1 && _runs[^1].FirstIndex >= index)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }
    }

    /// <summary>Forgets the entries before a new boundary, whose own term stays.</summary>
    public void DropBefore(long boundaryIndex)
    {
        long term = At(boundaryIndex);
        int gone = 0;
        while (gone < _runs.Count && _runs[gone].FirstIndex <= boundaryIndex)
        {
            gone++;
        }

        _runs.RemoveRange(0, gone);
        _runs.Insert(0, (boundaryIndex, term));
    }
}
