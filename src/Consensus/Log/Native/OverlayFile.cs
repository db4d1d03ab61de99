namespace StateServer.Consensus.Log.Native;

/// <summary>One open file of an <see cref="OverlayDisk"/>.</summary>
/// <param name="path">Its path when it was opened.</param>
/// <param name="content">Its bytes, which outlive it: the disk keeps them for whoever opens the file again.</param>
internal sealed class OverlayFile(string path, OverlayContent content) : IDiskFile
{
    /// <inheritdoc/>
    public string Path => path;

    /// <inheritdoc/>
    public long Length => content.Length;

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, long offset) => content.Read(buffer, offset);

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes, long offset) => content.Write(bytes, offset);

    /// <inheritdoc/>
    public void Reserve(long length)
    {
        // It takes no room on the disk.
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
        // What a process that was killed wrote may be in the page cache alone; it counts.
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        // The disk keeps the content.
    }
}
