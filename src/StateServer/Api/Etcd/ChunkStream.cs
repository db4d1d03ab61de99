using Google.Protobuf;

namespace StateServer.Api.Etcd;

/// <summary>Cuts what is written to it into chunks of one size and hands each on; <see cref="Flush"/> hands on the last, shorter one. Write-only; not thread-safe.</summary>
/// <param name="size">Bytes of a chunk.</param>
/// <param name="take">Takes a chunk, which nobody writes to afterwards; may block.</param>
internal sealed class ChunkStream(int size, Action<ByteString> take) : Stream
{
    private byte[] _chunk = new byte[size];
    private int _filled;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var taken = Math.Min(buffer.Length, size - _filled);
            buffer[..taken].CopyTo(_chunk.AsSpan(_filled));
            _filled += taken;
            buffer = buffer[taken..];
            if (_filled == size)
            {
                Flush();
            }
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
        if (_filled == 0)
        {
            return;
        }

        var full = _chunk.AsMemory(0, _filled);
        _chunk = new byte[size];
        _filled = 0;
        take(UnsafeByteOperations.UnsafeWrap(full));
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
