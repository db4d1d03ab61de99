namespace StateServer.Consensus.Log;

/// <summary>The newest records, up to a number of bytes, in a ring. Not thread-safe.</summary>
/// <param name="limitBytes">Bytes of payload and overhead that it may hold.</param>
internal sealed class RecordCache(long limitBytes)
{
    /// <summary>What a record costs beside its payload: the record itself and its array's head, about.</summary>
    private const int OverheadBytes = 72;

    private LogRecord[] _ring = new LogRecord[256];
    private int _start;
    private long _bytes;

    /// <summary>Records in it.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that it holds, by its own reckoning.</summary>
    public long Bytes => _bytes;

    /// <summary>Index of the oldest one, or <see cref="long.MaxValue"/> where there is none.</summary>
    public long FirstIndex => Count == 0 ? long.MaxValue : _ring[_start].Index;

    /// <summary>Adds the next record; the oldest make way.</summary>
    public void Add(in LogRecord record)
    {
        if (Count == _ring.Length)
        {
            Grow();
        }

        _ring[(_start + Count) & (_ring.Length - 1)] = record;
        Count++;
        _bytes += record.Payload.Length + OverheadBytes;
        while (_bytes > limitBytes && Count > 0)
        {
            RemoveOldest();
        }
    }

    /// <summary>Finds a record.</summary>
    public bool TryGet(long index, out LogRecord record)
    {
        long place = index - FirstIndex;
        if (place < 0 || place >= Count)
        {
            record = default;
            return false;
        }

        record = _ring[(_start + (int)place) & (_ring.Length - 1)];
        return true;
    }

    /// <summary>Forgets the records from here on.</summary>
    public void TruncateFrom(long index)
    {
        while (Count > 0)
        {
            ref LogRecord newest = ref _ring[(_start + Count - 1) & (_ring.Length - 1)];
            if (newest.Index < index)
            {
                return;
            }

            _bytes -= newest.Payload.Length + OverheadBytes;
            newest = default;
            Count--;
        }
    }

    /// <summary>Forgets the records up to here.</summary>
    public void DropThrough(long index)
    {
        while (Count > 0 && FirstIndex <= index)
        {
            RemoveOldest();
        }
    }

    private void RemoveOldest()
    {
        ref LogRecord oldest = ref _ring[_start];
        _bytes -= oldest.Payload.Length + OverheadBytes;
        oldest = default;
        _start = (_start + 1) & (_ring.Length - 1);
        Count--;
    }

    private void Grow()
    {
        var larger = new LogRecord[_ring.Length * 2];
        for (int place = 0; place < Count; place++)
        {
            larger[place] = _ring[(_start + place) & (_ring.Length - 1)];
        }

        _ring = larger;
        _start = 0;
    }
}
