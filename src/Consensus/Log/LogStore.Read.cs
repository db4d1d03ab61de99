using System.Buffers;

namespace StateServer.Consensus.Log;

/// <content>Reading.</content>
internal sealed partial class LogStore
{
    /// <summary>Bytes read from the disk at once at most, unless one record is larger.</summary>
    private const int ReadChunkBytes = 1024 * 1024;

    /// <summary>The term of an entry, or of the boundary.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It isn't in the log (any more).</exception>
    public long TermAt(long index)
    {
        lock (_gate)
        {
            if (index < _boundary.Index || index > _lastIndex)
            {
                throw NotHere(index);
            }

            return _terms.At(index);
        }
    }

    /// <summary>Reads one entry.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It isn't in the log (any more).</exception>
    /// <exception cref="LogDamagedException">On disk it isn't what was written.</exception>
    public LogRecord Read(long index)
    {
        var one = new List<LogRecord>(1);
        if (Read(index, index, int.MaxValue, one) == 0)
        {
            throw NotHere(index);
        }

        return one[0];
    }

    /// <summary>Reads entries in order, from memory or disk.</summary>
    /// <param name="from">The first.</param>
    /// <param name="to">The last wanted; what is past the log's end is left out.</param>
    /// <param name="maxBytes">Bytes of payload and record heads at most; at least one entry is read all the same.</param>
    /// <param name="into">Gets them added.</param>
    /// <returns>How many were added: 0 only where <paramref name="from"/> is past the end.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="from"/> was dropped behind a snapshot.</exception>
    /// <exception cref="LogDamagedException">On disk one isn't what was written.</exception>
    public int Read(long from, long to, int maxBytes, IList<LogRecord> into)
    {
        int added = 0;
        long budget = maxBytes;
        while (from <= to)
        {
            DiskSpan span;
            lock (_gate)
            {
                if (from <= _boundary.Index)
                {
                    throw NotHere(from);
                }

                to = Math.Min(to, _lastIndex);
                while (from <= to && _cache.TryGet(from, out LogRecord record))
                {
                    int bytes = RecordFormat.HeaderBytes + record.Payload.Length;
                    if (added > 0 && bytes > budget)
                    {
                        return added;
                    }

                    into.Add(record);
                    added++;
                    budget -= bytes;
                    from++;
                }

                if (from > to)
                {
                    return added;
                }

                span = FindOnDisk(from, to, Math.Min(ReadChunkBytes, budget));
            }

            int read = ReadFromDisk(span, ref budget, added > 0, into, out bool spent);
            added += read;
            from += read;
            if (spent)
            {
                return added;
            }
        }

        return added;
    }

    /// <summary>What to read from the disk for these entries; under the lock.</summary>
    private DiskSpan FindOnDisk(long from, long to, long chunkBytes)
    {
        int place = _segments.Count - 1;
        while (_segments[place].FirstIndex > from)
        {
            place--;
        }

        Segment segment = _segments[place];
        long last = Math.Min(Math.Min(to, segment.LastIndex), _cache.FirstIndex - 1);
        int start = segment.OffsetOf(from);
        while (last > from && segment.BoundOf(last) - start > chunkBytes)
        {
            last = from + ((last - from) / 2);
        }

        int[] offsets = ArrayPool<int>.Shared.Rent((int)(last - from + 1));
        for (long index = from; index <= last; index++)
        {
            offsets[index - from] = segment.OffsetOf(index) - start;
        }

        segment.Hold();
        return new DiskSpan(segment, from, last, start, segment.BoundOf(last) - start, offsets, _epoch);
    }

    /// <summary>Reads and checks them.</summary>
    /// <returns>How many were added; fewer than the span has where the budget is spent or the log was cut meanwhile.</returns>
    private int ReadFromDisk(DiskSpan span, ref long budget, bool mayStop, IList<LogRecord> into, out bool spent)
    {
        spent = false;
        try
        {
            byte[] bytes = GC.AllocateUninitializedArray<byte>(span.Bytes);
            int read = span.Segment.File.Read(bytes, span.Start);
            int added = 0;
            for (long index = span.From; index <= span.To; index++)
            {
                int offset = span.Offsets[index - span.From];
                ReadOnlySpan<byte> rest = bytes.AsSpan(Math.Min(offset, read), Math.Max(0, read - offset));
                string? flaw = RecordFormat.Check(rest, span.Segment.Header.Salt, index, out RecordHead head);
                if (flaw is not null)
                {
                    if (HasChangedSince(span.Epoch))
                    {
                        return added;
                    }

                    throw new LogDamagedException(span.Segment.Path, span.Start + offset, flaw);
                }

                int size = RecordFormat.HeaderBytes + head.PayloadBytes;
                spent = (mayStop || added > 0) && size > budget;
                if (spent)
                {
                    return added;
                }

                var payload = new ReadOnlyMemory<byte>(bytes, offset + RecordFormat.HeaderBytes, head.PayloadBytes);
                into.Add(new LogRecord(head.Index, head.Term, head.Kind, payload));
                budget -= size;
                added++;
            }

            return added;
        }
        finally
        {
            ArrayPool<int>.Shared.Return(span.Offsets);
            span.Segment.Release();
        }
    }

    private bool HasChangedSince(long epoch)
    {
        lock (_gate)
        {
            return _epoch != epoch;
        }
    }

    private ArgumentOutOfRangeException NotHere(long index) => new(
        nameof(index), index, $"the log holds entries {_boundary.Index + 1} to {_lastIndex}");

    /// <summary>A stretch of one segment, held open, to be read outside the lock.</summary>
    private readonly record struct DiskSpan(
        Segment Segment, long From, long To, int Start, int Bytes, int[] Offsets, long Epoch);
}
