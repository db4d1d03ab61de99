using System.Buffers.Binary;
using System.IO.Hashing;

namespace StateServer.Consensus.Log;

/// <summary>
/// A record's bytes. Little-endian: hash (8) of all behind it, payload bytes + 1 (4), kind (1), zeros (3), index (8), term (8),
/// payload; zeros up to a multiple of 8. Length + 1, so that no record is a run of zeros.
/// </summary>
internal static class RecordFormat
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderBytes = 32;

    /// <summary>Bytes that a payload takes as a record.</summary>
    public static int BytesOf(int payloadBytes) => (HeaderBytes + payloadBytes + 7) & ~7;

    /// <summary>Writes a record.</summary>
    /// <returns>Bytes it took.</returns>
    public static int Write(Span<byte> bytes, in LogRecord record, ulong salt)
    {
        int length = record.Payload.Length;
        int whole = BytesOf(length);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[8..], length + 1);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], (byte)record.Kind);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[16..], record.Index);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[24..], record.Term);
        record.Payload.Span.CopyTo(bytes[HeaderBytes..]);
        bytes[(HeaderBytes + length)..whole].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(
            bytes, XxHash3.HashToUInt64(bytes[8..(HeaderBytes + length)], (long)salt));
        return whole;
    }

    /// <summary>Checks the record that starts the span.</summary>
    /// <param name="bytes">At least the record, if it is whole.</param>
    /// <param name="salt">The segment's.</param>
    /// <param name="index">The index it must have.</param>
    /// <param name="record">Its head; the payload starts at <see cref="HeaderBytes"/>.</param>
    /// <returns>Null if it is whole, otherwise what is wrong.</returns>
    public static string? Check(ReadOnlySpan<byte> bytes, ulong salt, long index, out RecordHead record)
    {
        record = default;
        if (bytes.Length < HeaderBytes)
        {
            return "a record is cut off";
        }

        int payload = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]) - 1;
        if (payload < 0 || payload > bytes.Length - HeaderBytes || BytesOf(payload) > bytes.Length)
        {
            return "a record's length is impossible";
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes)
            != XxHash3.HashToUInt64(bytes[8..(HeaderBytes + payload)], (long)salt))
        {
            return "a record doesn't match its checksum";
        }

        if (bytes[(HeaderBytes + payload)..BytesOf(payload)].ContainsAnyExcept((byte)0))
        {
            return "the padding behind a record isn't zero";
        }

        record = new RecordHead(
            BinaryPrimitives.ReadInt64LittleEndian(bytes[16..]),
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            (RecordKind)bytes[12],
            payload);
        if (record.Index != index)
        {
            return $"a record has index {record.Index} where {index} belongs";
        }

        return record.Kind > RecordKind.Configuration
            ? $"record kind {(byte)record.Kind} is unknown to log format {SegmentHeader.Format}"
            : null;
    }
}
