using StateServer.Consensus.Raft;

namespace StateServer.Consensus.Log;

/// <content>Truncating, dropping and starting anew.</content>
internal sealed partial class LogStore
{
    /// <summary>
    /// Cuts off a suffix that conflicts with the leader's log. When it returns, the suffix is zeros on disk, so that no record of
    /// it can become valid again. A failed write or sync ends the process.
    /// </summary>
    /// <param name="fromIndex">The first entry to go; past the last one, nothing is done.</param>
    /// <exception cref="ArgumentOutOfRangeException">It lies before <see cref="FirstIndex"/>.</exception>
    public void TruncateSuffix(long fromIndex)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(fromIndex, FirstIndex);
        if (fromIndex > LastIndex)
        {
            return;
        }

        int place = _segments.FindLastIndex(candidate => candidate.FirstIndex <= fromIndex);
        Segment segment = _segments[place];
        int zeroEnd = segment.End;
        if (place < _segments.Count - 1)
        {
            _dirtyEnd = 0;
        }

        LogIntent.Truncation cut = PlanCut(segment, fromIndex);
        StorageMeters.Truncated.Add(LastIndex - fromIndex + 1);
        List<Segment> gone;
        lock (_gate)
        {
            _epoch++;
            gone = _segments[(place + 1)..];
            _segments.RemoveRange(place + 1, gone.Count);
            segment.TruncateFrom(fromIndex, cut.End);
            _terms.TruncateFrom(fromIndex);
            _cache.TruncateFrom(fromIndex);
            Volatile.Write(ref _lastIndex, fromIndex - 1);
            Volatile.Write(ref _durableIndex, Math.Min(_durableIndex, fromIndex - 1));
        }

        gone.ForEach(later => later.Release());
        _intent.Save(_disk, cut.Encode());
        try
        {
            SegmentFiles.Cut(_disk, _folder, cut, segment.File, zeroEnd);
        }
        catch (IOException error)
        {
            _disk.End(segment.Path, "truncation", error);
        }

        RaiseDurable(fromIndex - 1, Volatile.Read(ref _epoch));
        _intent.Save(_disk, new LogIntent.Settled(segment.FirstIndex).Encode());
    }

    /// <summary>Deletes the segments whose entries are all at or before an index, oldest first; never the last one.</summary>
    /// <param name="throughIndex">The last entry that may go: a snapshot holds it, and no tail is wanted from it.</param>
    public void DropPrefix(long throughIndex)
    {
        while (_segments.Count > 1 && _segments[0].LastIndex <= throughIndex)
        {
            Segment oldest = _segments[0];
            lock (_gate)
            {
                _boundary = new EntryPosition(oldest.LastIndex, _segments[1].Header.PreviousTerm);
                _terms.DropBefore(oldest.LastIndex);
                _cache.DropThrough(oldest.LastIndex);
                _segments.RemoveAt(0);
            }

            _disk.Delete(oldest.Path);
            _disk.SyncFolder(_folder);
            oldest.Release();
        }

        _supply.Wake();
    }

    /// <summary>Drops what lies behind a durable snapshot, except a tail of so many entries and at most so many bytes.</summary>
    /// <param name="snapshotIndex">The last entry in the snapshot.</param>
    /// <param name="tailEntries">Entries to keep up to it.</param>
    /// <param name="tailBytes">Bytes to keep up to it, by segments that lie in it whole.</param>
    public void DropBehindSnapshot(long snapshotIndex, long tailEntries, long tailBytes)
    {
        long through = Math.Min(snapshotIndex, LastIndex) - tailEntries;
        long bytes = 0;
        for (int place = _segments.Count - 1; place >= 0; place--)
        {
            Segment segment = _segments[place];
            if (segment.FirstIndex > snapshotIndex)
            {
                continue;
            }

            if (bytes > tailBytes)
            {
                through = Math.Max(through, Math.Min(segment.LastIndex, snapshotIndex));
                break;
            }

            bytes += segment.End;
        }

        DropPrefix(through);
    }

    /// <summary>Forgets the whole log and starts an empty one behind an installed, durable snapshot.</summary>
    /// <param name="boundary">The last entry in the snapshot.</param>
    /// <exception cref="LogSpaceException">The disk is full; nothing was changed.</exception>
    public void Reset(EntryPosition boundary)
    {
        _supply.Require(1, reserve: true);
        List<Segment> gone;
        lock (_gate)
        {
            _epoch++;
            gone = [.. _segments];
            _segments.Clear();
            _boundary = boundary;
            _terms.Reset(boundary.Index, boundary.Term);
            _cache.TruncateFrom(0);
            Volatile.Write(ref _lastIndex, boundary.Index);
            Volatile.Write(ref _durableIndex, boundary.Index);
        }

        gone.ForEach(old => old.Release());
        _dirtyEnd = 0;
        _intent.Save(_disk, new LogIntent.Reset(boundary).Encode());
        Segment first;
        try
        {
            SegmentFiles.DeleteAll(_disk, _folder);
            first = SegmentFiles.Start(_options, _folder, _supply.Take(), _segmentBytes, boundary);
        }
        catch (IOException error)
        {
            _disk.End(_folder, "reset", error);
            throw;
        }

        lock (_gate)
        {
            _segments.Add(first);
        }

        _intent.Save(_disk, new LogIntent.Settled(first.FirstIndex).Encode());
        _supply.Wake();
    }

    /// <summary>What must be done to cut here; the round that is cut in two, if one is, gets a header that ends before the cut.</summary>
    private LogIntent.Truncation PlanCut(Segment segment, long fromIndex)
    {
        Round round = segment.RoundOf(fromIndex);
        if (round.FirstIndex == fromIndex)
        {
            return new LogIntent.Truncation(segment.FirstIndex, round.Offset, 0, []);
        }

        byte[] bytes = new byte[RoundHeader.Bytes];
        ulong salt = segment.Header.Salt;
        if (segment.File.Read(bytes, round.Offset) != bytes.Length
            || !RoundHeader.TryRead(bytes, round.Offset, salt, out RoundHeader header))
        {
            throw new LogDamagedException(segment.Path, round.Offset, "a round's header doesn't match its checksum");
        }

        int cut = segment.OffsetOf(fromIndex);
        (header with
        {
            Count = (int)(fromIndex - round.FirstIndex),
            BodyBytes = cut - round.Offset - RoundHeader.Bytes,
        }).WriteTo(bytes, salt);
        return new LogIntent.Truncation(segment.FirstIndex, cut, round.Offset, bytes);
    }
}
