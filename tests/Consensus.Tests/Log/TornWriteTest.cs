using StateServer.Consensus.Log;

namespace StateServer.Consensus.Tests.Log;

/// <summary>Every way in which a crash can leave the last write, and every single bit that can flip before it.</summary>
public sealed class TornWriteTest
{
    private const int SegmentBytes = 16 * 1024;
    private const int SectorBytes = 512;
    private readonly SimulatedDisk _disk = new();
    private readonly List<LogRecord> _synced = [];
    private readonly List<int> _ends = [];
    private readonly string _segment;

    public TornWriteTest()
    {
        using LogStore log = Open(_disk);
        _segment = Path.Combine("/d/log", Segment.NameOf(1));
        Append(log, Logs.Records(1, 1, 1, 100));
        Append(log, Logs.Records(2, 3, 1, 0));
        Append(log, Logs.Records(5, 2, 2, 333));
        Append(log, Logs.Records(7, 1, 3, 1));
    }

    [Fact]
    public void Any_subset_of_the_sectors_of_one_unsynced_round_gives_the_rounds_before_it_or_all()
    {
        byte[] before = [.. _disk.ContentOf(_segment)];
        LogRecord[] last = Logs.Records(8, 5, 3, 500);
        ForEachSubset(before, log => log.Append(last, 7), [_synced, [.. _synced, .. last]]);
    }

    [Fact]
    public void Any_subset_of_the_sectors_of_three_unsynced_rounds_gives_a_run_of_whole_rounds()
    {
        byte[] before = [.. _disk.ContentOf(_segment)];
        LogRecord[] first = Logs.Records(8, 1, 3, 700);
        LogRecord[] second = Logs.Records(9, 2, 4, 300);
        LogRecord[] third = Logs.Records(11, 1, 4, 900);
        ForEachSubset(
            before,
            log =>
            {
                log.Append(first, 0);
                log.Append(second, 0);
                log.Append(third, 0);
            },
            [_synced, [.. _synced, .. first], [.. _synced, .. first, .. second], [.. _synced, .. first, .. second, .. third]]);
    }

    [Fact]
    public void Zeros_from_any_byte_on_give_the_rounds_that_end_before_it()
    {
        byte[] whole = [.. _disk.ContentOf(_segment)];
        for (int length = SegmentHeader.Bytes; length <= _ends[^1]; length++)
        {
            byte[] cut = [.. whole];
            cut.AsSpan(length).Clear();
            List<LogRecord> found = Recover(cut);
            int rounds = _ends.Count(end => WholeAt(whole, end, length));
            Logs.AssertSame(_synced[..CountThrough(rounds)], found);
        }
    }

    [Fact]
    public void A_segment_that_is_shorter_than_it_was_made_is_damaged_whatever_its_length()
    {
        byte[] whole = _disk.ContentOf(_segment);
        for (int length = 0; length < whole.Length; length += 61)
        {
            AssertDamaged(whole[..length], 0, whole.Length);
        }
    }

    [Fact]
    public void Any_flipped_bit_before_the_last_round_is_damage_that_names_file_and_offset()
    {
        byte[] whole = [.. _disk.ContentOf(_segment)];
        int[] starts = [SegmentHeader.Bytes, .. _ends];
        for (int offset = 0; offset < _ends[^2]; offset++)
        {
            int round = Array.FindLastIndex(starts, start => start <= offset);
            for (int bit = 0; bit < 8; bit++)
            {
                whole[offset] ^= (byte)(1 << bit);
                AssertDamaged(whole, round < 0 ? 0 : starts[round], round < 0 ? SegmentHeader.Bytes : starts[round + 1] + SectorBytes);
                whole[offset] ^= (byte)(1 << bit);
            }
        }
    }

    [Fact]
    public void A_flipped_bit_in_the_last_round_cuts_it_off_for_it_cannot_be_told_from_a_torn_one()
    {
        byte[] whole = [.. _disk.ContentOf(_segment)];
        for (int offset = RoundHeader.StartBehind(_ends[^2]); offset < _ends[^1]; offset++)
        {
            whole[offset] ^= 0x10;
            Logs.AssertSame(_synced[..^1], Recover(whole));
            whole[offset] ^= 0x10;
        }
    }

    [Fact]
    public void A_torn_tail_is_zeroed_so_that_nothing_of_it_comes_back()
    {
        byte[] torn = [.. _disk.ContentOf(_segment)];
        torn[_ends[^1] - 3] ^= 1;
        SimulatedDisk disk = _disk.Copy();
        disk.Replace(_segment, torn);
        Open(disk).Dispose();
        Assert.False(disk.ContentOf(_segment).AsSpan(_ends[^2]).ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void A_flipped_bit_in_a_segment_that_is_not_the_last_is_damage_even_in_its_last_round_and_behind_it()
    {
        using (LogStore log = Open(_disk))
        {
            log.AppendSynced(Logs.Records(8, 1, 3, 11_000));
            log.AppendSynced(Logs.Records(9, 1, 3, 11_000));
        }

        byte[] whole = [.. _disk.ContentOf(_segment)];
        for (int offset = _ends[^1]; offset < whole.Length; offset += 7)
        {
            whole[offset] ^= 2;
            AssertDamaged(whole, _ends[^1], whole.Length);
            whole[offset] ^= 2;
        }
    }

    [Fact]
    public void A_segment_that_is_gone_is_damage_the_last_one_too()
    {
        using (LogStore log = Open(_disk))
        {
            log.AppendSynced(Logs.Records(8, 1, 3, 11_000));
            log.AppendSynced(Logs.Records(9, 1, 3, 11_000));
        }

        foreach (long gone in new long[] { 8, 9 })
        {
            SimulatedDisk disk = _disk.Copy();
            disk.Delete(Path.Combine("/d/log", Segment.NameOf(gone)));
            Assert.Throws<LogDamagedException>(() => Open(disk).Dispose());
        }

        SimulatedDisk emptied = _disk.Copy();
        foreach (string name in emptied.Files("/d/log"))
        {
            emptied.Delete(Path.Combine("/d/log", name));
        }

        Assert.Throws<LogDamagedException>(
            () => Logs.Open("/d/log", Logs.Options(emptied, SegmentBytes) with { MustExist = true }));
        Assert.Equal(0, Open(emptied).LastIndex);
    }

    private void Append(LogStore log, LogRecord[] records)
    {
        log.AppendSynced(records);
        _synced.AddRange(records);
        byte[] content = _disk.ContentOf(_segment);
        int end = content.AsSpan().LastIndexOfAnyExcept((byte)0) + 1;
        _ends.Add((end + 7) & ~7);
    }

    private void ForEachSubset(byte[] before, Action<LogStore> write, List<LogRecord>[] allowed)
    {
        var seen = new HashSet<int>();
        SimulatedDisk disk = _disk.Copy();
        LogStore log = Open(disk);
        write(log);
        byte[] after = disk.ContentOf(_segment);
        int[] sectors = [.. Enumerable.Range(0, SegmentBytes / SectorBytes).Where(sector => Differs(before, after, sector))];
        Assert.InRange(sectors.Length, 4, 12);
        for (int subset = 0; subset < 1 << sectors.Length; subset++)
        {
            byte[] content = [.. before];
            for (int place = 0; place < sectors.Length; place++)
            {
                if ((subset >> place & 1) != 0)
                {
                    int start = sectors[place] * SectorBytes;
                    after.AsSpan(start, SectorBytes).CopyTo(content.AsSpan(start));
                }
            }

            List<LogRecord> found = Recover(content);
            int which = Array.FindIndex(allowed, records => records.Count == found.Count);
            Assert.True(which >= 0, $"subset {subset:b} gave {found.Count} entries");
            Logs.AssertSame(allowed[which], found);
            Assert.True(subset != (1 << sectors.Length) - 1 || which == allowed.Length - 1, "all was there and not all was found");
            seen.Add(which);
        }

        Assert.Equal(allowed.Length, seen.Count);
    }

    private static bool Differs(byte[] before, byte[] after, int sector) =>
        !before.AsSpan(sector * SectorBytes, SectorBytes).SequenceEqual(after.AsSpan(sector * SectorBytes, SectorBytes));

    /// <summary>A round is whole once all its bytes that aren't zero are there.</summary>
    private bool WholeAt(byte[] whole, int end, int length) =>
        !whole.AsSpan(Math.Min(length, end)..end).ContainsAnyExcept((byte)0);

    private int CountThrough(int rounds) => new[] { 0, 1, 4, 6, 7 }[rounds];

    private List<LogRecord> Recover(byte[] content)
    {
        SimulatedDisk disk = _disk.Copy();
        disk.Replace(_segment, [.. content]);
        using LogStore log = Open(disk);
        return log.ReadAll();
    }

    private void AssertDamaged(byte[] content, int from, int to)
    {
        SimulatedDisk disk = _disk.Copy();
        disk.Replace(_segment, [.. content]);
        var error = Assert.Throws<LogDamagedException>(() => Open(disk).Dispose());
        Assert.Equal(_segment, error.File);
        Assert.InRange(error.Offset, from, to);
        Assert.Contains(_segment, error.Message);
    }

    private static LogStore Open(SimulatedDisk disk) => Logs.Open("/d/log", Logs.Options(disk, SegmentBytes));
}
