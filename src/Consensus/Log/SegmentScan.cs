using System.Runtime.InteropServices;

namespace StateServer.Consensus.Log;

/// <summary>
/// Reads a whole segment's bytes after a start and tells what is whole, what a crash tore, and what is damaged. The argument
/// why these can be told apart is ADR 0020. Pure: it changes no byte.
/// </summary>
internal static class SegmentScan
{
    /// <summary>Scans it.</summary>
    /// <param name="segment">Takes up the rounds that are whole.</param>
    /// <param name="content">All bytes of the file.</param>
    /// <param name="isLast">Only the log's last segment may be torn: a later one is made after a sync of this one.</param>
    /// <param name="terms">Takes up the terms.</param>
    /// <returns>The highest commit index that a round names, and whether bytes behind the last whole round must be zeroed.</returns>
    /// <exception cref="LogDamagedException">Something that was synced is not what it was.</exception>
    public static (long CommitIndex, bool Torn) Run(
        Segment segment, ReadOnlySpan<byte> content, bool isLast, TermRuns terms)
    {
        long commitIndex = 0;
        long lastTerm = segment.Header.PreviousTerm;
        var offsets = new List<int>();
        while (true)
        {
            int end = segment.End;
            int start = RoundHeader.StartBehind(end);
            string? flaw = ReadRound(segment, content, start, terms, ref lastTerm, ref commitIndex, offsets);
            int pad = start <= content.Length ? content[end..start].IndexOfAnyExcept((byte)0) : -1;
            if (pad >= 0 && (flaw is null || !isLast))
            {
                throw new LogDamagedException(segment.Path, end + pad, "bytes between two rounds aren't zero");
            }

            if (flaw is null)
            {
                continue;
            }

            int dirt = content[end..].IndexOfAnyExcept((byte)0);
            if (dirt < 0)
            {
                return (commitIndex, false);
            }

            if (!isLast || ProvesDurable(segment, content, end, segment.LastIndex + 1))
            {
                throw new LogDamagedException(
                    segment.Path, start, $"{flaw}, in the round that begins with entry {segment.LastIndex + 1}");
            }

            return (commitIndex, true);
        }
    }

    private static string? ReadRound(
        Segment segment,
        ReadOnlySpan<byte> content,
        int start,
        TermRuns terms,
        ref long lastTerm,
        ref long commitIndex,
        List<int> offsets)
    {
        ulong salt = segment.Header.Salt;
        if (start > content.Length || !RoundHeader.TryRead(content[start..], start, salt, out RoundHeader header))
        {
            return "a round's header doesn't match its checksum";
        }

        int bodyStart = start + RoundHeader.Bytes;
        if (header.FirstIndex != segment.LastIndex + 1
            || header.Count < 1
            || header.BodyBytes < 0
            || header.BodyBytes > content.Length - bodyStart)
        {
            return "a round doesn't follow the one before it";
        }

        ReadOnlySpan<byte> body = content.Slice(bodyStart, header.BodyBytes);
        offsets.Clear();
        long term = lastTerm;
        var runs = new List<(long Index, long Term)>();
        int place = 0;
        for (long index = header.FirstIndex; index < header.FirstIndex + header.Count; index++)
        {
            string? flaw = RecordFormat.Check(body[place..], salt, index, out RecordHead record);
            if (flaw is not null)
            {
                return flaw;
            }

            if (record.Term < term)
            {
                return $"entry {index} has term {record.Term}, lower than the one before it ({term})";
            }

            if (record.Term > term || index == segment.FirstIndex)
            {
                runs.Add((index, record.Term));
                term = record.Term;
            }

            offsets.Add(bodyStart + place);
            place += RecordFormat.BytesOf(record.PayloadBytes);
        }

        if (place != body.Length)
        {
            return "a round's records don't fill it";
        }

        lastTerm = term;
        commitIndex = Math.Max(commitIndex, header.CommitIndex);
        runs.ForEach(run => terms.Add(run.Index, run.Term));
        segment.Add(new Round(start, header.FirstIndex), CollectionsMarshal.AsSpan(offsets), bodyStart + place);
        return null;
    }

    /// <summary>Whether any whole round header behind <paramref name="end"/> says that <paramref name="index"/> had been synced.</summary>
    private static bool ProvesDurable(Segment segment, ReadOnlySpan<byte> content, int end, long index)
    {
        Span<byte> magic = stackalloc byte[sizeof(uint)];
        MemoryMarshal.Write(magic, RoundHeader.Magic);
        int from = end;
        while (content[from..].IndexOf(magic) is var hit && hit >= 0)
        {
            int start = from + hit - RoundHeader.MagicOffset;
            if (start >= end
                && RoundHeader.TryRead(content[start..], start, segment.Header.Salt, out RoundHeader header)
                && header.DurableIndex >= index)
            {
                return true;
            }

            from += hit + 1;
        }

        return false;
    }
}
