using System.IO.Hashing;
using System.Security.Cryptography;

namespace StateServer.Consensus.Snapshots;

/// <summary>Counts and hashes what goes through it to another stream. Write-only; not thread-safe; the other stream stays the caller's.</summary>
/// <param name="destination">Where it goes.</param>
/// <param name="sha">Gets all of it, where given.</param>
/// <param name="hash">Gets all of it, where given.</param>
internal sealed class HashedStream(Stream destination, IncrementalHash? sha = null, XxHash3? hash = null) : Stream
{
    private long _position;

    /// <summary>The XxHash3 of what was written so far; 0 where none was asked for.</summary>
    public ulong XxHash => hash?.GetCurrentHashAsUInt64() ?? 0;

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => _position;

    /// <inheritdoc/>
    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        sha?.AppendData(buffer);
        hash?.Append(buffer);
        _position += buffer.Length;
        destination.Write(buffer);
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void WriteByte(byte value) => Write([value]);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();
}
