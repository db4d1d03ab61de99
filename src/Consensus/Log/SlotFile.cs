using System.Buffers.Binary;
using System.IO.Hashing;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Log;

/// <summary>
/// A small value that changes in place and durably, and needs no space to do so: two slots of one 512-byte sector, each in a
/// page of its own, written in turn. A sector is on disk whole or not at all, so after a crash both slots are whole and the
/// newer one counts; anything else is damage (ADR 0021). One writer; not thread-safe.
/// Slot, little-endian: hash (8) of all behind it, magic (8), format (4), value bytes (4), sequence (8), value, zeros.
/// </summary>
internal sealed class SlotFile : IDisposable
{
    /// <summary>Bytes of a value at most.</summary>
    public const int MaxValueBytes = SlotBytes - ValueOffset;

    private const int PageBytes = 4096;
    private const int SlotBytes = 512;
    private const int ValueOffset = 32;
    private const uint Format = 1;

    private readonly IDiskFile _file;
    private readonly string _path;
    private readonly ulong _magic;
    private readonly byte[] _slot = new byte[SlotBytes];
    private ulong _sequence;

    private SlotFile(IDiskFile file, string path, ulong magic)
    {
        _file = file;
        _path = path;
        _magic = magic;
    }

    /// <summary>The value on disk.</summary>
    public byte[] Value { get; private set; } = [];

    /// <summary>Makes it with a first value, all at once: under another name first, then renamed, and its folder synced.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="path">Its path.</param>
    /// <param name="magic">What it holds, so that two such files can't be mixed up.</param>
    /// <param name="value">The first value.</param>
    /// <exception cref="DiskFullException">No space for it; nothing was made.</exception>
    public static SlotFile Create(IDisk disk, string path, ulong magic, ReadOnlySpan<byte> value)
    {
        string staged = path + ".new";
        IDiskFile file = disk.Create(staged);
        var slots = new SlotFile(file, path, magic);
        try
        {
            file.Write(new byte[2 * PageBytes], 0);
            slots.Write(0, value);
            slots.Write(1, value);
            file.Sync();
            disk.Rename(staged, path);
            disk.SyncFolder(Path.GetDirectoryName(path)!);
        }
        catch (IOException)
        {
            file.Dispose();
            disk.Delete(staged);
            throw;
        }

        return slots;
    }

    /// <summary>Opens it and checks every byte.</summary>
    /// <exception cref="LogDamagedException">It is missing, cut off, changed, of another kind or of a newer format.</exception>
    public static SlotFile Open(IDisk disk, string path, ulong magic)
    {
        if (!disk.Exists(path))
        {
            throw new LogDamagedException(path, 0, "the file is missing");
        }

        IDiskFile file = disk.Open(path);
        try
        {
            var slots = new SlotFile(file, path, magic);
            slots.Load();
            return slots;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Replaces the value; durable when it returns. A failed write or sync ends the process.</summary>
    /// <param name="disk">The disk it is on.</param>
    /// <param name="value">At most <see cref="MaxValueBytes"/>.</param>
    public void Save(IDisk disk, ReadOnlySpan<byte> value)
    {
        try
        {
            Write(_sequence + 1, value);
        }
        catch (IOException error)
        {
            disk.End(_path, "pwrite", error);
        }

        _file.Sync();
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private void Write(ulong sequence, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxValueBytes);
        Array.Clear(_slot);
        Span<byte> slot = _slot;
        BinaryPrimitives.WriteUInt64LittleEndian(slot[8..], _magic);
        BinaryPrimitives.WriteUInt32LittleEndian(slot[16..], Format);
        BinaryPrimitives.WriteInt32LittleEndian(slot[20..], value.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(slot[24..], sequence);
        value.CopyTo(slot[ValueOffset..]);
        BinaryPrimitives.WriteUInt64LittleEndian(slot, XxHash3.HashToUInt64(slot[8..]));
        _file.Write(slot, (long)(sequence % 2) * PageBytes);
        _sequence = sequence;
        Value = value.ToArray();
    }

    private void Load()
    {
        _file.Sync();
        _file.ForgetCache();
        byte[] content = new byte[2 * PageBytes];
        if (_file.Length != content.Length || _file.Read(content, 0) != content.Length)
        {
            throw new LogDamagedException(_path, _file.Length, $"it has {_file.Length} bytes and must have {content.Length}");
        }

        ulong even = Check(content, 0);
        ulong odd = Check(content, PageBytes);
        if (Math.Max(even, odd) - Math.Min(even, odd) != 1)
        {
            throw new LogDamagedException(_path, 0, $"its two slots have sequences {even} and {odd}");
        }

        _sequence = Math.Max(even, odd);
        ReadOnlySpan<byte> newest = content.AsSpan(even > odd ? 0 : PageBytes, SlotBytes);
        Value = newest.Slice(ValueOffset, BinaryPrimitives.ReadInt32LittleEndian(newest[20..])).ToArray();
    }

    private ulong Check(ReadOnlySpan<byte> content, int offset)
    {
        ReadOnlySpan<byte> slot = content.Slice(offset, SlotBytes);
        if (BinaryPrimitives.ReadUInt64LittleEndian(slot) != XxHash3.HashToUInt64(slot[8..])
            || BinaryPrimitives.ReadUInt64LittleEndian(slot[8..]) != _magic)
        {
            throw new LogDamagedException(_path, offset, "a slot doesn't match its checksum");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(slot[16..]) is var format && format != Format)
        {
            throw new LogDamagedException(_path, offset + 16, $"it has format {format}, and this program reads format {Format}");
        }

        int stray = content.Slice(offset + SlotBytes, PageBytes - SlotBytes).IndexOfAnyExcept((byte)0);
        if (stray >= 0)
        {
            throw new LogDamagedException(_path, offset + SlotBytes + stray, "bytes behind a slot aren't zero");
        }

        ulong sequence = BinaryPrimitives.ReadUInt64LittleEndian(slot[24..]);
        return (int)(sequence % 2) * PageBytes == offset
            ? sequence
            : throw new LogDamagedException(_path, offset, $"the slot with sequence {sequence} isn't where it belongs");
    }
}
