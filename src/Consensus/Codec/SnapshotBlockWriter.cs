using System.Buffers;
using System.Buffers.Binary;
using MessagePack;

namespace StateServer.Consensus.Codec;

/// <summary>
/// Gathers a snapshot's items in blocks of about 64 KiB, each with its tag, its number of items and its length in bytes in
/// front, so that reader and writer hold one block at a time. Not thread-safe.
/// </summary>
internal sealed class SnapshotBlockWriter(Stream destination)
{
    /// <summary>Bytes in front of a block: tag (1), items (4, lowest first), length (4, lowest first).</summary>
    public const int HeaderBytes = 9;

    /// <summary>
    /// Longest block a reader accepts: 64 MiB. A block passes 64 KiB only by its last item, and the largest item is a session
    /// with 64 outcomes of 256 KiB.
    /// </summary>
    public const int LongestBlockBytes = 64 << 20;

    private const int FlushBytes = 64 << 10;

    private readonly ArrayBufferWriter<byte> _buffer = new(FlushBytes * 2);
    private SnapshotBlockTag _tag;
    private uint _items;

    /// <summary>Encodes one item.</summary>
    public delegate void ItemWriter<in T>(ref MessagePackWriter writer, T item);

    /// <summary>Adds an item to the block of its kind.</summary>
    public void Add<T>(SnapshotBlockTag tag, T item, ItemWriter<T> write)
    {
        if (tag != _tag || _buffer.WrittenCount >= FlushBytes)
        {
            Flush();
            _tag = tag;
        }

        var writer = new MessagePackWriter(_buffer);
        write(ref writer, item);
        writer.Flush();
        _items++;
    }

    /// <summary>Writes out the block at hand, if it holds anything.</summary>
    public void Flush()
    {
        if (_buffer.WrittenCount > LongestBlockBytes)
        {
            throw new InvalidOperationException(
                $"a block of {_buffer.WrittenCount} bytes could not be read again: at most {LongestBlockBytes} are accepted");
        }

        if (_items > 0)
        {
            Span<byte> header = stackalloc byte[HeaderBytes];
            header[0] = (byte)_tag;
            BinaryPrimitives.WriteUInt32LittleEndian(header[1..], _items);
            BinaryPrimitives.WriteUInt32LittleEndian(header[5..], (uint)_buffer.WrittenCount);
            destination.Write(header);
            destination.Write(_buffer.WrittenSpan);
        }

        _buffer.ResetWrittenCount();
        _items = 0;
    }
}
