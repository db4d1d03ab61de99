using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using Google.Protobuf;
using StateServer.Bench.Targets;

namespace StateServer.Bench.Http2;

/// <summary>
/// One HTTP/2 connection for calls that last, with as little of the protocol as gRPC over cleartext needs: frames are taken
/// apart where they lie in the buffer, and each message costs its reader well below a microsecond, so that the client is not what
/// limits hundreds of thousands of events a second on the cores that it shares with the servers. The end of any stream ends the connection's use.
/// Sending is thread-safe.
/// </summary>
internal sealed class GrpcConnection : IAsyncDisposable
{
    private const int BufferBytes = 256 * 1024;

    /// <summary>The server is told when this much was read.</summary>
    private const int ReportBytes = ClientFrames.ReceiveWindow / 4;

    private const int MessagePrefixBytes = 5;

    private readonly Socket _socket;
    private readonly string _authority;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly Lock _lock = new();
    private readonly List<GrpcStream> _streams = [];
    private readonly List<byte> _replies = [];
    private Task _reading = Task.CompletedTask;
    private TaskCompletionSource _moreWindow = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private byte[] _output = new byte[1024];
    private long _sendWindow = ClientFrames.DefaultWindow;
    private int _streamSendWindow = ClientFrames.DefaultWindow;
    private int _unreported;
    private volatile string? _failure;
    private volatile bool _closing;

    private GrpcConnection(Socket socket, string authority)
    {
        _socket = socket;
        _authority = authority;
    }

    /// <summary>Why the connection can't be used any more, or null.</summary>
    public string? Failure => _failure;

    /// <summary>Connects to an http:// URL.</summary>
    /// <exception cref="SocketException">Nobody answers there.</exception>
    public static async Task<GrpcConnection> OpenAsync(string endpoint, CancellationToken cancellationToken)
    {
        Uri url = new(endpoint);
        Socket socket = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(url.Host, url.Port, cancellationToken);
            GrpcConnection connection = new(socket, url.Authority);
            await connection.SendAsync(ClientFrames.Preface());
            connection._reading = Task.Run(connection.ReadAsync, CancellationToken.None);
            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Starts a call of the method at the path, as /package.Service/Method.</summary>
    public async Task<GrpcStream> StartAsync(string path, MessageSink sink)
    {
        await _sending.WaitAsync();
        try
        {
            GrpcStream stream;
            lock (_lock)
            {
                // A client's streams have odd numbers, and come in their order.
                stream = new GrpcStream(this, (2 * _streams.Count) + 1, sink, _streamSendWindow);
                _streams.Add(stream);
            }
            await SendAllAsync(ClientFrames.Call(stream.Id, _authority, path));
            return stream;
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>See <see cref="GrpcStream.SendAsync"/>.</summary>
    public async ValueTask SendAsync(GrpcStream stream, IMessage message)
    {
        int size = message.CalculateSize();
        await WaitForWindowAsync(stream, MessagePrefixBytes + size).ConfigureAwait(false);
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            int all = FrameHeader.Bytes + MessagePrefixBytes + size;
            if (_output.Length < all)
            {
                _output = new byte[all];
            }
            new FrameHeader(MessagePrefixBytes + size, FrameType.Data, 0, stream.Id).Write(_output);
            _output[FrameHeader.Bytes] = 0;
            BinaryPrimitives.WriteInt32BigEndian(_output.AsSpan(FrameHeader.Bytes + 1), size);
            message.WriteTo(_output.AsSpan(FrameHeader.Bytes + MessagePrefixBytes, size));
            await SendAllAsync(_output.AsMemory(0, all)).ConfigureAwait(false);
        }
        catch (SocketException exception)
        {
            Fail(exception.Message);
            throw Failed();
        }
        finally
        {
            _sending.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _closing = true;
        _socket.Dispose();
        await _reading;
    }

    private async ValueTask WaitForWindowAsync(GrpcStream stream, int bytes)
    {
        while (true)
        {
            Task more;
            lock (_lock)
            {
                if (_failure is not null)
                {
                    throw Failed();
                }
                if (_sendWindow >= bytes && stream.SendWindow >= bytes)
                {
                    _sendWindow -= bytes;
                    stream.SendWindow -= bytes;
                    return;
                }
                more = _moreWindow.Task;
            }
            await more.ConfigureAwait(false);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> bytes)
    {
        await _sending.WaitAsync().ConfigureAwait(false);
        try
        {
            await SendAllAsync(bytes).ConfigureAwait(false);
        }
        finally
        {
            _sending.Release();
        }
    }

    private async ValueTask SendAllAsync(ReadOnlyMemory<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await _socket.SendAsync(bytes).ConfigureAwait(false)..];
        }
    }

    private async Task ReadAsync()
    {
        byte[] buffer = new byte[BufferBytes];
        int count = 0;
        try
        {
            while (_failure is null)
            {
                int read = await _socket.ReceiveAsync(buffer.AsMemory(count)).ConfigureAwait(false);
                if (read == 0)
                {
                    Fail("the server closed the connection");
                    return;
                }
                count += read;
                int used = TakeFrames(buffer.AsSpan(0, count), Stopwatch.GetTimestamp());
                buffer.AsSpan(used, count - used).CopyTo(buffer);
                count -= used;
                if (_replies.Count > 0)
                {
                    byte[] replies = [.. _replies];
                    _replies.Clear();
                    await SendAsync(replies).ConfigureAwait(false);
                }
            }
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException or InvalidDataException or TargetFailedException)
        {
            Fail(_closing ? "closed" : exception.Message);
        }
    }

    /// <summary>Handles all frames that are whole; returns their bytes.</summary>
    private int TakeFrames(ReadOnlySpan<byte> data, long received)
    {
        int used = 0;
        while (data.Length - used >= FrameHeader.Bytes)
        {
            FrameHeader header = FrameHeader.Read(data[used..]);
            int end = used + FrameHeader.Bytes + header.Length;
            if (data.Length < end)
            {
                break;
            }
            Take(header, data[(used + FrameHeader.Bytes)..end], received);
            used = end;
        }
        return used;
    }

    private void Take(FrameHeader header, ReadOnlySpan<byte> payload, long received)
    {
        switch (header.Type)
        {
            case FrameType.Data:
                TakeData(header, payload, received);
                break;
            case FrameType.Headers when header.Has(FrameHeader.EndOfStream):
                throw new InvalidDataException("the server ended a stream");
            case FrameType.Reset:
                throw new InvalidDataException($"the server reset a stream with error {BinaryPrimitives.ReadInt32BigEndian(payload)}");
            case FrameType.GoAway:
                throw new InvalidDataException($"the server left with error {BinaryPrimitives.ReadInt32BigEndian(payload[4..])}");
            case FrameType.Settings when !header.Has(FrameHeader.Acknowledgement):
                TakeSettings(payload);
                _replies.AddRange(ClientFrames.SettingsAcknowledgement());
                break;
            case FrameType.Ping when !header.Has(FrameHeader.Acknowledgement):
                _replies.AddRange(ClientFrames.PingAcknowledgement(payload));
                break;
            case FrameType.WindowUpdate:
                Widen(header.Stream, BinaryPrimitives.ReadInt32BigEndian(payload));
                break;
            default:
                // Headers of an answer, and what a client may ignore.
                break;
        }
    }

    private void TakeData(FrameHeader header, ReadOnlySpan<byte> payload, long received)
    {
        if (header.Has(FrameHeader.Padded))
        {
            throw new InvalidDataException("a padded frame came");
        }
        GrpcStream stream = Of(header.Stream);
        stream.Receive(payload, received);
        _unreported += payload.Length;
        stream.Unreported += payload.Length;
        if (_unreported >= ReportBytes)
        {
            _replies.AddRange(ClientFrames.WindowUpdate(0, _unreported));
            _unreported = 0;
        }
        if (stream.Unreported >= ReportBytes)
        {
            _replies.AddRange(ClientFrames.WindowUpdate(stream.Id, stream.Unreported));
            stream.Unreported = 0;
        }
    }

    private void TakeSettings(ReadOnlySpan<byte> payload)
    {
        if (ClientFrames.Setting(payload, ClientFrames.InitialWindowSetting) is int window)
        {
            lock (_lock)
            {
                // It holds for the streams that there are, too (RFC 9113, section 6.9.2).
                _streams.ForEach(stream => stream.SendWindow += window - _streamSendWindow);
                _streamSendWindow = window;
            }
            WakeSenders();
        }
    }

    private void Widen(int stream, int bytes)
    {
        lock (_lock)
        {
            if (stream == 0)
            {
                _sendWindow += bytes;
            }
            else
            {
                _streams[stream / 2].SendWindow += bytes;
            }
        }
        WakeSenders();
    }

    private GrpcStream Of(int stream)
    {
        lock (_lock)
        {
            return _streams[stream / 2];
        }
    }

    private void WakeSenders()
    {
        TaskCompletionSource before;
        lock (_lock)
        {
            before = _moreWindow;
            _moreWindow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
        before.TrySetResult();
    }

    private void Fail(string reason)
    {
        lock (_lock)
        {
            _failure ??= reason;
        }
        WakeSenders();
    }

    private TargetFailedException Failed() => new($"the connection to {_authority} is of no use: {_failure}");
}
