using StateServer.Bench.Http2;

namespace StateServer.Bench.Tests;

public sealed class FrameTests
{
    [Theory]
    [InlineData(0, 1, 0, 0)]
    [InlineData(16_384, 0, 1, 1)]
    [InlineData((1 << 24) - 1, 255, 255, int.MaxValue)]
    public void A_header_is_read_as_it_was_written(int length, byte type, byte flags, int stream)
    {
        byte[] bytes = new byte[FrameHeader.Bytes];
        FrameHeader header = new(length, (FrameType)type, flags, stream);
        header.Write(bytes);
        Assert.Equal(header, FrameHeader.Read(bytes));
    }

    /// <summary>The bit before the stream's number is reserved, and to be ignored.</summary>
    [Fact]
    public void The_reserved_bit_is_no_part_of_the_stream() =>
        Assert.Equal(new FrameHeader(8, FrameType.Ping, 1, 3), FrameHeader.Read([0, 0, 8, 6, 1, 0x80, 0, 0, 3]));

    [Fact]
    public void The_preface_is_the_magic_the_settings_and_the_window()
    {
        byte[] preface = ClientFrames.Preface();
        int at = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.Length;
        FrameHeader settings = FrameHeader.Read(preface.AsSpan(at));
        Assert.Equal((FrameType.Settings, 0), (settings.Type, settings.Stream));
        ReadOnlySpan<byte> payload = preface.AsSpan(at + FrameHeader.Bytes, settings.Length);
        Assert.Equal(ClientFrames.ReceiveWindow, ClientFrames.Setting(payload, ClientFrames.InitialWindowSetting));
        Assert.Null(ClientFrames.Setting(payload, 3));

        at += FrameHeader.Bytes + settings.Length;
        Assert.Equal(new FrameHeader(4, FrameType.WindowUpdate, 0, 0), FrameHeader.Read(preface.AsSpan(at)));
        Assert.Equal(preface.Length, at + FrameHeader.Bytes + 4);
    }

    /// <summary>Names by number (RFC 7541, appendix A), values as they are.</summary>
    [Fact]
    public void A_call_starts_with_uncompressed_headers()
    {
        byte[] frame = ClientFrames.Call(5, "h:1", "/p");
        Assert.Equal(new FrameHeader(frame.Length - FrameHeader.Bytes, FrameType.Headers, FrameHeader.EndOfHeaders, 5), FrameHeader.Read(frame));
        byte[] expected =
        [
            0x83, 0x86, 0x04, 2, .. "/p"u8, 0x01, 3, .. "h:1"u8,
            0x0f, 0x10, 16, .. "application/grpc"u8, 0x00, 2, .. "te"u8, 8, .. "trailers"u8,
        ];
        Assert.Equal(expected, frame[FrameHeader.Bytes..]);
    }
}
