using System.Buffers.Binary;
using System.Text;

namespace StateServer.Bench.Http2;

/// <summary>The frames that a client of gRPC sends beside its messages (RFC 9113 and, for the headers, RFC 7541).</summary>
internal static class ClientFrames
{
    /// <summary>What a server may send ahead of our reading, for each stream and for the connection: more than it has to say in a second.</summary>
    public const int ReceiveWindow = 16 * 1024 * 1024;

    /// <summary>Of a connection and a stream on which nobody said anything else (RFC 9113, section 6.9.2).</summary>
    public const int DefaultWindow = 65_535;

    public const ushort InitialWindowSetting = 4;

    private const ushort PushSetting = 2;
    private const int SettingBytes = 6;

    /// <summary>The first bytes of a connection.</summary>
    public static byte[] Preface()
    {
        byte[] settings = new byte[FrameHeader.Bytes + (2 * SettingBytes)];
        new FrameHeader(2 * SettingBytes, FrameType.Settings, 0, 0).Write(settings);
        WriteSetting(settings.AsSpan(FrameHeader.Bytes), PushSetting, 0);
        WriteSetting(settings.AsSpan(FrameHeader.Bytes + SettingBytes), InitialWindowSetting, ReceiveWindow);
        return [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. settings, .. WindowUpdate(0, ReceiveWindow - DefaultWindow)];
    }

    /// <summary>Starts a gRPC call. The names that the static table has go by their numbers, nothing is compressed.</summary>
    public static byte[] Call(int stream, string authority, string path)
    {
        const byte Post = 0x80 | 3;
        const byte Http = 0x80 | 6;
        const byte Authority = 1;
        const byte Path = 4;
        List<byte> block = [Post, Http, Path, .. Text(path), Authority, .. Text(authority)];
        // content-type has number 31: 15 fills the prefix of four bits, the rest follows.
        block.AddRange([0x0f, 31 - 15, .. Text("application/grpc")]);
        block.AddRange([0, .. Text("te"), .. Text("trailers")]);
        return Frame(FrameType.Headers, FrameHeader.EndOfHeaders, stream, [.. block]);
    }

    /// <summary>Lets the other side send that many bytes more.</summary>
    public static byte[] WindowUpdate(int stream, int bytes)
    {
        byte[] payload = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(payload, bytes);
        return Frame(FrameType.WindowUpdate, 0, stream, payload);
    }

    public static byte[] SettingsAcknowledgement() => Frame(FrameType.Settings, FrameHeader.Acknowledgement, 0, []);

    public static byte[] PingAcknowledgement(ReadOnlySpan<byte> payload) =>
        Frame(FrameType.Ping, FrameHeader.Acknowledgement, 0, payload);

    /// <summary>The value of one setting in a settings frame, or null.</summary>
    public static int? Setting(ReadOnlySpan<byte> payload, ushort identifier)
    {
        for (; payload.Length >= SettingBytes; payload = payload[SettingBytes..])
        {
            if (BinaryPrimitives.ReadUInt16BigEndian(payload) == identifier)
            {
                return BinaryPrimitives.ReadInt32BigEndian(payload[2..]);
            }
        }
        return null;
    }

    private static byte[] Frame(FrameType type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        byte[] frame = new byte[FrameHeader.Bytes + payload.Length];
        new FrameHeader(payload.Length, type, flags, stream).Write(frame);
        payload.CopyTo(frame.AsSpan(FrameHeader.Bytes));
        return frame;
    }

    private static void WriteSetting(Span<byte> to, ushort identifier, int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(to, identifier);
        BinaryPrimitives.WriteInt32BigEndian(to[2..], value);
    }

    /// <summary>A string literal of HPACK; all of ours are shorter than the 127 bytes at which a length takes more than one.</summary>
    private static byte[] Text(string text)
    {
        const int LongestInOneByte = 126;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(text.Length, LongestInOneByte);
        return [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
    }
}
