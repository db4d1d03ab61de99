using System.Text;
using StateServer.Agent.Logs;
using StateServer.StateServer.Tests.Local;

namespace StateServer.StateServer.Tests.Agent;

public sealed class UnitLogTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Folder => _folder.Below("logs");

    [Fact]
    public void The_limit_holds_at_every_moment_and_the_newest_bytes_stay()
    {
        using var log = new UnitLog(Folder, 4096);
        var all = new StringBuilder();
        for (int i = 0; i < 500; i++)
        {
            string line = $"line {i} {new string('x', i % 97)}\n";
            all.Append(line);
            log.Append(Encoding.UTF8.GetBytes(line));
            Assert.True(Bytes() <= 4096, $"{Bytes()} bytes after line {i}");
        }

        Assert.True(Bytes() > 3072);
        string kept = Encoding.UTF8.GetString(ReadFrom(0, out long first));
        Assert.Equal(all.ToString()[(int)first..], kept);
        Assert.Equal(all.Length, first + kept.Length);
    }

    [Fact]
    public void A_write_larger_than_the_limit_keeps_its_end()
    {
        using var log = new UnitLog(Folder, 400);
        byte[] large = [.. Enumerable.Range(0, 1050).Select(i => (byte)i)];
        log.Append(large);
        Assert.True(Bytes() <= 400);
        Assert.Equal(large[^50..], UnitLogReading.Read(Folder, -50, 1000).Data.ToArray());
    }

    [Fact]
    public void It_goes_on_where_it_ended()
    {
        using (var log = new UnitLog(Folder, 4096))
        {
            log.Append("one "u8);
        }

        using (var log = new UnitLog(Folder, 4096))
        {
            log.Append("two"u8);
        }

        Assert.Equal("one two"u8.ToArray(), UnitLogReading.Read(Folder, 0, 100).Data.ToArray());
    }

    [Fact]
    public void The_tail_is_followed_from_where_it_ended()
    {
        Assert.Equal(new LogPiece(0, default), UnitLogReading.Read(Folder, -100, 100));
        using var log = new UnitLog(Folder, 4096);
        log.Append("0123456789"u8);
        LogPiece tail = UnitLogReading.Read(Folder, -4, 100);
        Assert.Equal((6, "6789"), (tail.Offset, Encoding.UTF8.GetString(tail.Data.Span)));
        Assert.True(UnitLogReading.Read(Folder, tail.End, 100).Data.IsEmpty);
        log.Append("ab"u8);
        LogPiece more = UnitLogReading.Read(Folder, tail.End, 1);
        Assert.Equal((10, "a"), (more.Offset, Encoding.UTF8.GetString(more.Data.Span)));
        Assert.Equal(12, UnitLogReading.Read(Folder, 5000, 1).Offset);
    }

    [Fact]
    public void What_the_disk_refuses_is_lost_and_said()
    {
        Directory.CreateDirectory(Folder);
        using var log = new UnitLog(Folder, 4096);

        // A folder stands where the file is to be: opening it fails, as on a disk that takes nothing.
        Directory.CreateDirectory(LogSegments.PathOf(Folder, 0));
        log.Append("lost"u8);
        Directory.Delete(LogSegments.PathOf(Folder, 0));
        log.Append("kept"u8);
        Assert.Equal(
            "\n[4 bytes are missing here: the disk took none]\nkept", Encoding.UTF8.GetString(UnitLogReading.Read(Folder, 0, 100).Data.Span));
    }

    public void Dispose() => _folder.Dispose();

    private long Bytes() => Directory.EnumerateFiles(Folder).Sum(f => new FileInfo(f).Length);

    private byte[] ReadFrom(long offset, out long first)
    {
        var all = new List<byte>();
        LogPiece piece = UnitLogReading.Read(Folder, offset, 1000);
        first = piece.Offset;
        while (!piece.Data.IsEmpty)
        {
            all.AddRange(piece.Data.Span);
            piece = UnitLogReading.Read(Folder, piece.End, 1000);
        }

        return [.. all];
    }
}
