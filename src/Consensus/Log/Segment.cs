using System.Globalization;
using System.Runtime.InteropServices;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Log;

/// <summary>
/// One file of the log and where its records stand in it. Changed by the one writer under the log's lock; the file is closed
/// when the log and the last reader have let go of it.
/// </summary>
internal sealed class Segment(SegmentHeader header, IDiskFile file, string path)
{
    private const string Prefix = "log-";
    private const string Suffix = ".seg";
    private readonly List<int> _offsets = [];
    private readonly List<Round> _rounds = [];
    private int _holders = 1;

    /// <summary>Its header.</summary>
    public SegmentHeader Header => header;

    /// <summary>Its file.</summary>
    public IDiskFile File => file;

    /// <summary>Its file's path.</summary>
    public string Path => path;

    /// <summary>Index of its first record.</summary>
    public long FirstIndex => header.FirstIndex;

    /// <summary>Index of its last record; <see cref="FirstIndex"/> - 1 while it has none.</summary>
    public long LastIndex => header.FirstIndex + _offsets.Count - 1;

    /// <summary>Where its last round ends, bytes from its start.</summary>
    public int End { get; private set; } = SegmentHeader.Bytes;

    /// <summary>A segment's file name.</summary>
    public static string NameOf(long firstIndex) =>
        Prefix + firstIndex.ToString("D20", CultureInfo.InvariantCulture) + Suffix;

    /// <summary>The first index that a file's name tells, if it is a segment's.</summary>
    public static bool TryParseName(string name, out long firstIndex)
    {
        firstIndex = 0;
        return name.StartsWith(Prefix, StringComparison.Ordinal)
            && name.EndsWith(Suffix, StringComparison.Ordinal)
            && long.TryParse(
                name.AsSpan(Prefix.Length, name.Length - Prefix.Length - Suffix.Length),
                NumberStyles.None,
                CultureInfo.InvariantCulture,
                out firstIndex)
            && name == NameOf(firstIndex);
    }

    /// <summary>Notes a round that was written, whose records stand at these offsets.</summary>
    public void Add(Round round, ReadOnlySpan<int> recordOffsets, int end)
    {
        _rounds.Add(round);
        foreach (int offset in recordOffsets)
        {
            _offsets.Add(offset);
        }

        End = end;
    }

    /// <summary>Where a record stands, bytes from the segment's start.</summary>
    public int OffsetOf(long index) => _offsets[(int)(index - FirstIndex)];

    /// <summary>An offset that no byte of this record reaches (another round's header may lie before it).</summary>
    public int BoundOf(long index) => index == LastIndex ? End : OffsetOf(index + 1);

    /// <summary>The round that a record is in.</summary>
    public Round RoundOf(long index)
    {
        ReadOnlySpan<Round> rounds = CollectionsMarshal.AsSpan(_rounds);
        int low = 0;
        int high = rounds.Length - 1;
        while (low < high)
        {
            int middle = (low + high + 1) / 2;
            if (rounds[middle].FirstIndex <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return rounds[low];
    }

    /// <summary>Forgets the records from here on, which is at least its first.</summary>
    /// <param name="index">The first to go.</param>
    /// <param name="end">Where the rest ends.</param>
    public void TruncateFrom(long index, int end)
    {
        int kept = (int)(index - FirstIndex);
        _offsets.RemoveRange(kept, _offsets.Count - kept);
        while (_rounds.Count > 0 && _rounds[^1].FirstIndex >= index)
        {
            _rounds.RemoveAt(_rounds.Count - 1);
        }

        End = end;
    }

    /// <summary>Keeps the file open for a reader. Call it under the log's lock.</summary>
    public void Hold() => Interlocked.Increment(ref _holders);

    /// <summary>Lets go; the last one closes the file.</summary>
    public void Release()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            file.Dispose();
        }
    }
}
