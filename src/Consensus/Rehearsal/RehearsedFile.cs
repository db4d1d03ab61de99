using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Rehearsal;

/// <summary>A file of a <see cref="RehearsedDisk"/>: a few kilobytes in memory. Thread-safe.</summary>
/// <param name="path">Its path when it was made.</param>
internal sealed class RehearsedFile(string path) : IDiskFile
{
    private readonly Lock _lock = new();
    private readonly MemoryStream _content = new();

    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public long Length
    {
        get
        {
            lock (_lock)
            {
                return _content.Length;
            }
        }
    }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long offset)
    {
        lock (_lock)
        {
            _content.Position = offset;
            return _content.Read(buffer);
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        lock (_lock)
        {
            _content.Position = offset;
            _content.Write(bytes);
        }
    }

    /// <inheritdoc/>
    public void Reserve(long length)
    {
        lock (_lock)
        {
            _content.SetLength(Math.Max(_content.Length, length));
        }
    }

    /// <inheritdoc/>
    public void Sync()
    {
        // Nothing of it is ever made durable.
    }

    /// <inheritdoc/>
    public void SyncDraft()
    {
        // Nothing of it is ever made durable.
    }

    /// <inheritdoc/>
    public void ForgetCache()
    {
        // It has none.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The disk keeps it for whoever opens it again.
    }
}
