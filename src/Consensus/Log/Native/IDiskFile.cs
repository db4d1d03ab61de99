namespace StateServer.Consensus.Log.Native;

/// <summary>One open file of an <see cref="IDisk"/>. Thread-safe; reads may run beside a write.</summary>
internal interface IDiskFile : IDisposable
{
    /// <summary>Its path when it was opened (a rename doesn't change it).</summary>
    string Path { get; }

    /// <summary>Its length now, bytes.</summary>
    long Length { get; }

    /// <summary>Reads until the buffer is full or the file ends.</summary>
    /// <returns>Bytes read.</returns>
    /// <exception cref="IOException">The disk answered an error.</exception>
    int Read(Span<byte> buffer, long offset);

    /// <summary>Writes all of it, growing the file if need be; not durable before <see cref="Sync"/>.</summary>
    /// <exception cref="DiskFullException">No space; a part may have been written.</exception>
    /// <exception cref="IOException">The disk answered an error; a part may have been written.</exception>
    void Write(ReadOnlySpan<byte> bytes, long offset);

    /// <summary>
    /// Reserves blocks up to <paramref name="length"/> where the file system can (fallocate), so that a full disk is noticed
    /// before anything is written; elsewhere it does nothing. What is reserved reads as zeros.
    /// </summary>
    /// <exception cref="DiskFullException">No space for it.</exception>
    void Reserve(long length);

    /// <summary>Makes all that was written durable (fdatasync, EINTR retried). A failure ends the process.</summary>
    void Sync();

    /// <summary>
    /// The same for a file that nothing relies on yet, which is thrown away when this fails for want of space: file systems that
    /// allocate late say so only now, and no more is lost than this file. Any other failure ends the process.
    /// </summary>
    /// <exception cref="DiskFullException">No space; what the file holds is not known.</exception>
    void SyncDraft();

    /// <summary>Drops clean pages from the page cache, so that the next read comes from the disk. Advice only.</summary>
    void ForgetCache();
}
