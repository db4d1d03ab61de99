using System.Runtime.InteropServices;
using StateServer.Consensus.Log.Native;
using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <content>Appending.</content>
internal sealed partial class LogStore
{
    private readonly List<int> _offsets = [];
    private byte[] _buffer = new byte[64 * 1024];

    /// <summary>Where a write that failed half way may have left bytes that aren't zero, in the last segment; 0 where nowhere.</summary>
    private int _dirtyEnd;

    /// <summary>Whether an append of this much payload in one record is possible at all.</summary>
    public bool Fits(int payloadBytes) => payloadBytes <= MaxPayloadBytes;

    /// <summary>
    /// Writes records behind the last one, in rounds of at most <see cref="LogStoreOptions.MaxRoundBytes"/>; durable after
    /// <see cref="Sync"/>. The log keeps the payloads' memory: it must not change any more.
    /// </summary>
    /// <param name="records">Consecutive, from <see cref="LastIndex"/> + 1, their terms never falling.</param>
    /// <param name="commitIndex">The commit index known now, for a restart to find.</param>
    /// <param name="reserve">True for what frees space or heals (deletes, membership): it may use the space held in reserve.</param>
    /// <exception cref="LogSpaceException">The disk is full; nothing was appended.</exception>
    /// <exception cref="ArgumentException">Records that don't follow, or don't fit a segment: a bug of the caller; nothing was appended.</exception>
    public void Append(ReadOnlySpan<LogRecord> records, long commitIndex, bool reserve = false)
    {
        if (records.IsEmpty)
        {
            return;
        }

        Check(records);
        _supply.Require(SegmentsNeeded(records), reserve);
        CleanUp();
        _commitIndex = Math.Max(_commitIndex, commitIndex);
        long firstIndex = records[0].Index;
        try
        {
            while (!records.IsEmpty)
            {
                Segment segment = _segments[^1];
                int count = CountOfRound(records, segment.End, out int end);
                if (count == 0)
                {
                    Roll();
                    continue;
                }

                WriteRound(segment, records[..count], end);
                records = records[count..];
            }
        }
        catch (DiskFullException error)
        {
            Undo(firstIndex);
            StorageMeters.SpaceRefusals.Add(1);
            throw new LogSpaceException($"the log's disk is full: {error.Message}", error);
        }
    }

    private void Check(ReadOnlySpan<LogRecord> records)
    {
        EntryPosition last = LastPosition;
        foreach (ref readonly LogRecord record in records)
        {
            if (record.Index != last.Index + 1 || record.Term < last.Term || record.Kind > RecordKind.Configuration)
            {
                throw new ArgumentException(
                    $"entry {record.Index} of term {record.Term}, kind {record.Kind}, can't follow entry {last.Index} of term {last.Term}");
            }

            if (!Fits(record.Payload.Length))
            {
                throw new ArgumentException(
                    $"entry {record.Index} has {record.Payload.Length} bytes; a segment takes {MaxPayloadBytes}");
            }

            last = new EntryPosition(record.Index, record.Term);
        }
    }

    private int SegmentsNeeded(ReadOnlySpan<LogRecord> records)
    {
        int needed = 0;
        int end = _segments[^1].End;
        while (!records.IsEmpty)
        {
            int count = CountOfRound(records, end, out int roundEnd);
            if (count == 0)
            {
                needed++;
                end = SegmentHeader.Bytes;
            }
            else
            {
                end = roundEnd;
                records = records[count..];
            }
        }

        return needed;
    }

    /// <summary>How many of the records go into the next round of a segment that ends here; 0 where not even one does.</summary>
    private int CountOfRound(ReadOnlySpan<LogRecord> records, int end, out int roundEnd)
    {
        int start = RoundHeader.StartBehind(end);
        int limit = Math.Min(_segmentBytes, start + _options.MaxRoundBytes);
        roundEnd = start + RoundHeader.Bytes;
        int count = 0;
        while (count < records.Length)
        {
            int next = roundEnd + RecordFormat.BytesOf(records[count].Payload.Length);
            if (next > (count == 0 ? _segmentBytes : limit))
            {
                break;
            }

            roundEnd = next;
            count++;
        }

        return count;
    }

    private void WriteRound(Segment segment, ReadOnlySpan<LogRecord> records, int end)
    {
        int start = RoundHeader.StartBehind(segment.End);
        int bytes = end - start;
        if (_buffer.Length < bytes)
        {
            _buffer = new byte[Math.Max(bytes, Math.Min(_buffer.Length * 2, _options.MaxRoundBytes))];
        }

        _offsets.Clear();
        ulong salt = segment.Header.Salt;
        int place = RoundHeader.Bytes;
        foreach (ref readonly LogRecord record in records)
        {
            _offsets.Add(start + place);
            place += RecordFormat.Write(_buffer.AsSpan(place), record, salt);
        }

        new RoundHeader(
            bytes - RoundHeader.Bytes, records.Length, records[0].Index, _commitIndex, LastDurableIndex, start)
            .WriteTo(_buffer, salt);
        Write(segment, _buffer.AsSpan(0, bytes), start);
        Publish(segment, records, start, end);
        StorageMeters.BytesWritten.Add(bytes);
        StorageMeters.Rounds.Add(1);
    }

    private void Write(Segment segment, ReadOnlySpan<byte> bytes, int offset)
    {
        try
        {
            segment.File.Write(bytes, offset);
        }
        catch (DiskFullException)
        {
            _dirtyEnd = Math.Max(_dirtyEnd, offset + bytes.Length);
            throw;
        }
        catch (IOException error)
        {
            _disk.End(segment.Path, "pwrite", error);
        }
    }

    private void Publish(Segment segment, ReadOnlySpan<LogRecord> records, int start, int end)
    {
        lock (_gate)
        {
            segment.Add(new Round(start, records[0].Index), CollectionsMarshal.AsSpan(_offsets), end);
            foreach (ref readonly LogRecord record in records)
            {
                _terms.Add(record.Index, record.Term);
                _cache.Add(record);
            }

            Volatile.Write(ref _lastIndex, records[^1].Index);
        }
    }

    /// <summary>Goes on in a new segment. All of the old one is durable first, so only a log's last segment can ever be torn.</summary>
    private void Roll()
    {
        Segment old = _segments[^1];
        EntryPosition last = LastPosition;
        if (last.Index > LastDurableIndex)
        {
            SyncMeasured(old);
            RaiseDurable(last.Index, Volatile.Read(ref _epoch));
        }

        Segment next = SegmentFiles.Start(_options, _folder, _supply.Take(), _segmentBytes, last);
        _intent.Save(_disk, new LogIntent.Settled(next.FirstIndex).Encode());
        lock (_gate)
        {
            _segments.Add(next);
        }
    }

    /// <summary>Zeroes what a write that found no space may have left, before anything else is written.</summary>
    private void CleanUp()
    {
        if (_dirtyEnd == 0)
        {
            return;
        }

        Segment segment = _segments[^1];
        try
        {
            SegmentFiles.Zero(segment.File, segment.End, _dirtyEnd);
        }
        catch (DiskFullException error)
        {
            StorageMeters.SpaceRefusals.Add(1);
            throw new LogSpaceException($"the log's disk is full: {error.Message}", error);
        }
        catch (IOException error)
        {
            _disk.End(segment.Path, "pwrite", error);
        }

        segment.File.Sync();
        RaiseDurable(LastIndex, Volatile.Read(ref _epoch));
        _dirtyEnd = 0;
    }

    /// <summary>Takes back the rounds that an append had written before one found no space: all of it or nothing.</summary>
    private void Undo(long firstIndex)
    {
        if (firstIndex <= LastIndex)
        {
            TruncateSuffix(firstIndex);
        }
    }
}
