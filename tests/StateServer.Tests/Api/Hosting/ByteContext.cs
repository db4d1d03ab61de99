using System.Buffers;
using Grpc.Core;

namespace StateServer.StateServer.Tests.Api.Hosting;

/// <summary>Takes what a marshaller writes, into a buffer that it reuses.</summary>
internal sealed class ByteContext : SerializationContext
{
    private readonly ArrayBufferWriter<byte> _writer = new(1024);
    private int? _announced;

    /// <summary>What was written; as long as was announced.</summary>
    internal ReadOnlySpan<byte> Bytes => _announced == _writer.WrittenCount
        ? _writer.WrittenSpan
        : throw new InvalidOperationException($"{_announced} bytes were announced and {_writer.WrittenCount} written");

    public override void SetPayloadLength(int payloadLength) => _announced = payloadLength;

    public override IBufferWriter<byte> GetBufferWriter() => _writer;

    public override void Complete()
    {
        // Nothing waits for it.
    }

    internal void Clear() => _writer.ResetWrittenCount();
}
