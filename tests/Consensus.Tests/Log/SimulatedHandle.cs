using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Tests.Log;

internal sealed class SimulatedHandle(SimulatedDisk disk, SimulatedFile file, string path) : IDiskFile
{
    public string Path => path;

    public long Length => file.Content.Length;

    public int Read(Span<byte> buffer, long offset)
    {
        disk.Reading();
        int count = (int)Math.Clamp(file.Content.Length - offset, 0, buffer.Length);
        file.Content.AsSpan((int)Math.Min(offset, file.Content.Length), count).CopyTo(buffer);
        return count;
    }

    public void Write(ReadOnlySpan<byte> bytes, long offset) => disk.Write(file, path, bytes, offset);

    public void Reserve(long length) => disk.Grow(file, length);

    public void Sync() => disk.Sync(file);

    public void SyncDraft() => disk.SyncDraft(file, path);

    public void ForgetCache()
    {
    }

    public void Dispose()
    {
    }
}
