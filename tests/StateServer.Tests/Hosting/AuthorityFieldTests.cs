using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using StateServer.Hosting;
using StateServer.Loopback;

namespace StateServer.StateServer.Tests.Hosting;

/// <summary>Authorities as etcd's clients of 3.4 send them, in the bytes that they send.</summary>
public sealed class AuthorityFieldTests
{
    /// <summary>What HPACK's Huffman code makes of the characters that occur here.</summary>
    private static readonly Dictionary<char, string> Code =
        "h100111 t01001 p101011 s01000 :1011100 /011000 x1111001 -010110 .010111 000000 100001 200010 3011001 7011101 9011111 [1111111111011 ]1111111111100 f100101"
            .Split(' ').ToDictionary(c => c[0], c => c[1..]);

    [Theory]
    [InlineData("http://127.0.0.1:2379", "httpx--127.0.0.1:2379")]
    [InlineData("https://127.0.0.1:2379", "httpsx--127.0.0.1:2379")]
    [InlineData("127.0.0.1:2379", "127.0.0.1:2379")]
    [InlineData("http://[::1]:2379", "[3333330::1]:2379")]
    [InlineData("https://[f::1]:2379", "[33333300f::1]:2379")]
    [InlineData("[::1]:2379", "[::1]:2379")]
    [InlineData("http:/", "http:/")]
    [InlineData("", "")]
    public void A_url_becomes_a_name_of_the_same_length(string sent, string mended)
    {
        foreach (bool coded in new[] { false, true })
        {
            foreach (byte flags in new byte[] { 0x4, 0x4 | 0x8, 0x4 | 0x20, 0x4 | 0x28 })
            {
                byte[] payload = Payload(sent, coded, flags);
                Assert.Equal(sent != mended, AuthorityField.TryMend(payload, flags));
                Assert.Equal(Payload(mended, coded, flags), payload);
            }
        }
    }

    [Fact]
    public void What_cant_be_read_is_left_alone()
    {
        byte[] whole = Payload("http://127.0.0.1:2379", coded: true, 0x4);
        for (int length = 0; length < whole.Length - 5; length++)
        {
            byte[] cut = whole[..length];
            Assert.False(AuthorityField.TryMend(cut, 0x4));
            Assert.Equal(whole[..length], cut);
        }

        var random = new Random(20261126);
        for (int i = 0; i < 10_000; i++)
        {
            byte[] noise = new byte[random.Next(60)];
            random.NextBytes(noise);
            AuthorityField.TryMend(noise, (byte)random.Next(256));
        }
    }

    [Fact]
    public async Task A_connection_that_ends_early_gives_what_came()
    {
        byte[] sent = [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(1, 0x4, new byte[40])];
        for (int length = 0; length < sent.Length; length++)
        {
            var pipe = new Pipe();
            await pipe.Writer.WriteAsync(sent.AsMemory(0, length), TestContext.Current.CancellationToken);
            await pipe.Writer.CompleteAsync();
            Assert.Equal(sent[..length], await ReadAsync(new AuthorityReader(pipe.Reader)));
        }
    }

    /// <summary>However the bytes come apart, the first request is mended and everything else passes unchanged.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(24)]
    [InlineData(60)]
    [InlineData(4096)]
    public async Task A_connection_is_mended_once_and_else_passes_as_it_is(int piece)
    {
        byte[] Stream(string authority) =>
        [
            .. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8,
            .. Frame(4, 0, new byte[12]),
            .. Frame(1, 0x4, Payload(authority, coded: true, 0x4)),
            .. Frame(0, 0x1, Encoding.ASCII.GetBytes("http://127.0.0.1:2379")),
            .. Frame(1, 0x4, Payload("http://127.0.0.1:2379", coded: false, 0x4)),
        ];

        byte[] sent = Stream("http://127.0.0.1:2379");
        var pipe = new Pipe(new PipeOptions(minimumSegmentSize: 16));
        var reader = new AuthorityReader(pipe.Reader);
        var read = ReadAsync(reader);
        for (int at = 0; at < sent.Length; at += piece)
        {
            await pipe.Writer.WriteAsync(sent.AsMemory(at, Math.Min(piece, sent.Length - at)), TestContext.Current.CancellationToken);
            await Task.Yield();
        }

        await pipe.Writer.CompleteAsync();
        Assert.Equal(Stream("httpx--127.0.0.1:2379"), await read.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    /// <summary>What a mended authority must be good for. Kestrel ends the stream of one that it doesn't take.</summary>
    [Theory]
    [InlineData("http://127.0.0.1:2379")]
    [InlineData("https://127.0.0.1:2379")]
    [InlineData("http://[::1]:2379")]
    [InlineData("https://[f::1]:2379")]
    [InlineData("127.0.0.1:2379")]
    [InlineData("[::1]:2379")]
    public async Task Kestrel_serves_it(string authority)
    {
        using var ports = PortBlock.Take(1);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, ports.First, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            AuthorityReader.Use(listen);
        }));
        await using var app = builder.Build();
        app.Run(static context => context.Response.WriteAsync("served"));
        await app.StartAsync(TestContext.Current.CancellationToken);
        foreach (bool coded in new[] { false, true })
        {
            const byte Headers = 1;
            Assert.Equal(Headers, await AnswerAsync(ports.First, Payload(authority, coded, 0x5)));
        }
    }

    /// <summary>The type of the first frame that tells of the request: HEADERS, RST_STREAM or GOAWAY.</summary>
    private static async Task<byte> AnswerAsync(int port, byte[] request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        NetworkStream stream = client.GetStream();
        await stream.WriteAsync(
            (byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0, .. Frame(1, 0x5, request)], TestContext.Current.CancellationToken);
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        byte[] header = new byte[9];
        while (true)
        {
            await stream.ReadExactlyAsync(header, deadline.Token);
            await stream.ReadExactlyAsync(new byte[(header[0] << 16) | (header[1] << 8) | header[2]], deadline.Token);
            if (header[3] is 1 or 3 or 7)
            {
                return header[3];
            }
        }
    }

    /// <summary>As Kestrel does, which takes all that it is given.</summary>
    private static async Task<byte[]> ReadAsync(PipeReader reader)
    {
        List<byte> all = [];
        while (true)
        {
            ReadResult result = await reader.ReadAsync();
            all.AddRange(System.Buffers.BuffersExtensions.ToArray(result.Buffer));
            reader.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return [.. all];
            }
        }
    }

    private static byte[] Frame(byte type, byte flags, byte[] payload) =>
        [(byte)(payload.Length >> 16), (byte)(payload.Length >> 8), (byte)payload.Length, type, flags, 0, 0, 0, 1, .. payload];

    /// <summary>:method POST, :scheme http, a path, the authority, and one more header, as Go's client orders them.</summary>
    private static byte[] Payload(string authority, bool coded, byte flags) =>
    [
        .. (flags & 0x8) != 0 ? new byte[] { 3 } : [],
        .. (flags & 0x20) != 0 ? new byte[5] : [],
        0x20 | 0x1F, 0xE1, 0x1F,
        0x83, 0x86,
        0x44, 7, .. "/a/path"u8,
        0x41, .. Text(authority, coded),
        0x40, 1, (byte)'a', 1, (byte)'b',
        .. (flags & 0x8) != 0 ? new byte[3] : [],
    ];

    private static byte[] Text(string text, bool coded)
    {
        if (!coded)
        {
            return [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];
        }

        string bits = string.Concat(text.Select(c => Code[c]));
        bits = bits.PadRight((bits.Length + 7) / 8 * 8, '1');
        byte[] bytes = [.. bits.Chunk(8).Select(eight => Convert.ToByte(new string(eight), 2))];
        return [(byte)(0x80 | bytes.Length), .. bytes];
    }
}
