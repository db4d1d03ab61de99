using Google.Protobuf;

namespace StateServer.Bench.Http2;

/// <summary>One call with messages in both directions. Its messages arrive one after the other, on the connection's reader.</summary>
internal sealed class GrpcStream(GrpcConnection connection, int id, MessageSink sink, int sendWindow)
{
    private readonly MessageAssembly _messages = new(sink);

    public int Id { get; } = id;

    /// <summary>Bytes that the server lets us send yet; the connection's lock guards it.</summary>
    public long SendWindow { get; set; } = sendWindow;

    /// <summary>Bytes read since the server was last told; the connection's reader alone uses it.</summary>
    public int Unreported { get; set; }

    /// <summary>Sends a message once the server's windows let it.</summary>
    /// <exception cref="Targets.TargetFailedException">The connection or one of its streams has ended.</exception>
    public ValueTask SendAsync(IMessage message) => connection.SendAsync(this, message);

    /// <summary>For the connection's reader.</summary>
    public void Receive(ReadOnlySpan<byte> payload, long received) => _messages.Add(payload, received);
}
