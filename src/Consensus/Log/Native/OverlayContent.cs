namespace StateServer.Consensus.Log.Native;

/// <summary>A file's bytes: those on the disk, and above them the pages that were written since, in memory. Not thread-safe.</summary>
/// <param name="below">The file on the disk, which the content owns; null for a new file.</param>
internal sealed class OverlayContent(IDiskFile? below) : IDisposable
{
    private const int PageBytes = 4096;

    private readonly Dictionary<long, byte[]> _pages = [];

    /// <summary>Bytes of the file now.</summary>
    public long Length { get; private set; } = below?.Length ?? 0;

    /// <summary>The content of a file on the disk.</summary>
    public static OverlayContent Of(IDiskFile below) => new(below);

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read.</returns>
    public int Read(Span<byte> buffer, long offset)
    {
        int count = (int)Math.Clamp(Length - offset, 0, buffer.Length);
        Span<byte> wanted = buffer[..count];
        int read = below?.Read(wanted, offset) ?? 0;
        wanted[read..].Clear();
        for (int done = 0; done < count && _pages.Count > 0;)
        {
            int within = (int)((offset + done) % PageBytes);
            int taken = Math.Min(PageBytes - within, count - done);
            if (_pages.TryGetValue((offset + done) / PageBytes, out byte[]? written))
            {
                written.AsSpan(within, taken).CopyTo(wanted[done..]);
            }

            done += taken;
        }

        return count;
    }

    /// <summary>Writes above what is there, growing the file if need be.</summary>
    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        Length = Math.Max(Length, offset + bytes.Length);
        while (!bytes.IsEmpty)
        {
            long page = offset / PageBytes;
            int within = (int)(offset % PageBytes);
            int taken = Math.Min(PageBytes - within, bytes.Length);
            if (!_pages.TryGetValue(page, out byte[]? written))
            {
                written = new byte[PageBytes];
                _ = below?.Read(written, page * PageBytes);
                _pages.Add(page, written);
            }

            bytes[..taken].CopyTo(written.AsSpan(within));
            bytes = bytes[taken..];
            offset += taken;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => below?.Dispose();
}
