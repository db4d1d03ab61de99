using System.Buffers;
using System.Runtime.InteropServices;
using MessagePack;
using StateServer.Domain.Apply;
using StateServer.Domain.Commands;
using StateServer.Domain.Identity;

namespace StateServer.Consensus.Codec;

/// <summary>
/// The payload of one log entry. Byte 0 is the format version; then MessagePack values follow each other: the feature level,
/// the timestamp, and an array of items. An item is self-contained, so that a proposer encodes each on arrival, a follower
/// forwards the bytes, and the leader only concatenates. Thread-safe: it holds nothing.
/// </summary>
internal static class BatchCodec
{
    /// <summary>The format version written and the newest one read.</summary>
    public const int FormatVersion = 1;

    /// <summary>Most bytes that <see cref="EncodeBatch"/> puts in front of the items: version, level, timestamp, array header.</summary>
    public const int LargestHeader = 1 + 5 + 9 + 5;

    private const int ItemFields = 6; // proposal (3), request, command tag, command
    private const int RequestFields = 3;

    /// <summary>Appends one item's bytes to <paramref name="destination"/>.</summary>
    /// <exception cref="ArgumentException">A command or operation of a type without a tag.</exception>
    public static void EncodeItem(IBufferWriter<byte> destination, in BatchItem item)
    {
        var writer = new MessagePackWriter(destination);
        writer.WriteArrayHeader(ItemFields);
        writer.Write(item.Proposal.Member.Value);
        writer.Write(item.Proposal.Incarnation);
        writer.Write(item.Proposal.Number);
        if (item.Request is { } request)
        {
            writer.WriteArrayHeader(RequestFields);
            writer.Write(request.Session.Value);
            writer.Write(request.Sequence);
            writer.Write(request.LowestUnanswered);
        }
        else
        {
            writer.WriteNil();
        }

        CommandCodec.Write(ref writer, item.Command);
        writer.Flush();
    }

    /// <summary>Appends a whole entry, made of items that <see cref="EncodeItem"/> encoded.</summary>
    /// <exception cref="ArgumentException">More items than <see cref="CommandBatch.MostItems"/>.</exception>
    public static void EncodeBatch(
        IBufferWriter<byte> destination,
        int featureLevel,
        long timestampMilliseconds,
        ReadOnlySpan<ReadOnlyMemory<byte>> items)
    {
        EncodeHeader(destination, featureLevel, timestampMilliseconds, items.Length);
        foreach (var item in items)
        {
            destination.Write(item.Span);
        }
    }

    /// <summary>Appends what stands before a batch's items; the caller appends exactly <paramref name="count"/> of them.</summary>
    /// <exception cref="ArgumentException">More items than <see cref="CommandBatch.MostItems"/>.</exception>
    public static void EncodeHeader(
        IBufferWriter<byte> destination, int featureLevel, long timestampMilliseconds, int count)
    {
        if (count > CommandBatch.MostItems)
        {
            throw new ArgumentException($"{count} items in a batch, at most {CommandBatch.MostItems} fit", nameof(count));
        }

        var header = destination.GetSpan(1);
        header[0] = FormatVersion;
        destination.Advance(1);
        var writer = new MessagePackWriter(destination);
        writer.Write(featureLevel);
        writer.Write(timestampMilliseconds);
        writer.WriteArrayHeader(count);
        writer.Flush();
    }

    /// <summary>
    /// True where <paramref name="items"/> are exactly <paramref name="count"/> well-formed values, so that an entry made of them
    /// can be taken apart again. What they mean is not looked at.
    /// </summary>
    public static bool AreItems(ReadOnlyMemory<byte> items, int count)
    {
        try
        {
            var reader = new MessagePackReader(items);
            for (var i = 0; i < count; i++)
            {
                if (reader.ReadArrayHeader() != ItemFields)
                {
                    return false;
                }

                for (var field = 0; field < ItemFields; field++)
                {
                    reader.Skip();
                }
            }

            return count > 0 && reader.End;
        }
        catch (Exception e) when (e is MessagePackSerializationException or EndOfStreamException or OverflowException)
        {
            return false;
        }
    }

    /// <summary>Reads a whole entry. Nothing returned refers to <paramref name="source"/>.</summary>
    /// <exception cref="UnknownFormatException">A newer executable wrote it: the member must stop.</exception>
    /// <exception cref="InvalidDataException">The bytes are not a batch at all.</exception>
    public static CommandBatch Decode(ReadOnlyMemory<byte> source)
    {
        if (source.IsEmpty)
        {
            throw new InvalidDataException("a batch has no bytes");
        }

        var version = source.Span[0];
        var reader = new FieldReader(source[1..], version, FormatVersion, 0);
        if (version != FormatVersion)
        {
            throw version > FormatVersion
                ? reader.Unknown("a batch")
                : new InvalidDataException($"a batch has the format version {version}");
        }

        try
        {
            return ReadBatch(ref reader);
        }
        catch (Exception e) when (FieldReader.IsMalformed(e))
        {
            throw new InvalidDataException($"a batch is malformed near byte {reader.Consumed + 1}: {e.Message}", e);
        }
    }

    /// <summary>Reads one item's bytes, as <see cref="EncodeItem"/> wrote them.</summary>
    /// <exception cref="UnknownFormatException">A newer executable wrote it.</exception>
    /// <exception cref="InvalidDataException">The bytes are not an item.</exception>
    public static BatchItem DecodeItem(ReadOnlyMemory<byte> source)
    {
        var reader = new FieldReader(source, FormatVersion, FormatVersion, 0);
        try
        {
            var item = ReadItem(ref reader);
            return reader.AtEnd ? item : throw new InvalidDataException("bytes follow an item");
        }
        catch (Exception e) when (FieldReader.IsMalformed(e))
        {
            throw new InvalidDataException($"an item is malformed near byte {reader.Consumed}: {e.Message}", e);
        }
    }

    private static CommandBatch ReadBatch(ref FieldReader reader)
    {
        reader.Level = reader.Int32();
        if (reader.Level > StateMachine.HighestFeatureLevel)
        {
            throw reader.Unknown("a batch");
        }

        var timestamp = reader.Int64();
        var count = reader.List();
        if (count > CommandBatch.MostItems)
        {
            throw new InvalidDataException($"{count} items in a batch, at most {CommandBatch.MostItems} fit");
        }

        var items = new BatchItem[count];
        for (var i = 0; i < items.Length; i++)
        {
            items[i] = ReadItem(ref reader);
        }

        return reader.AtEnd
            ? new CommandBatch(reader.Level, timestamp, ImmutableCollectionsMarshal.AsImmutableArray(items))
            : throw new InvalidDataException("bytes follow a batch");
    }

    private static BatchItem ReadItem(ref FieldReader reader)
    {
        reader.Fields(ItemFields, "an item");
        var member = new NodeId(reader.UInt64());
        var incarnation = reader.UInt32();
        var proposal = new ProposalId(member, incarnation, reader.Int64());
        RequestId? request = null;
        if (!reader.TryNil())
        {
            reader.Fields(RequestFields, "a request id");
            var session = new SessionId(reader.Int64());
            var sequence = reader.Int64();
            request = new RequestId(session, sequence, reader.Int64());
        }

        return new BatchItem(CommandCodec.Read(ref reader), request, proposal);
    }
}
