using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Snapshots;

/// <summary>
/// Puts a snapshot that arrives piece by piece on a disk, whole or not at all: under another name first, synced, read back and
/// verified, then renamed and its folder synced. Without <see cref="Commit"/>, disposing leaves nothing behind. Not thread-safe.
/// </summary>
public sealed class SavedSnapshotFile : IDisposable
{
    private readonly LibcDisk _disk = new(new RefusedEnd());
    private readonly string _path;
    private readonly string _staged;
    private readonly IDiskFile _file;
    private bool _gone;

    /// <summary>Makes the file under its passing name, for this user's eyes only: it will hold all there is.</summary>
    /// <param name="path">The name that it gets in the end; a file of that name is replaced then.</param>
    /// <exception cref="IOException">The folder isn't there, can't be written, or its disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not write there.</exception>
    public SavedSnapshotFile(string path)
    {
        _path = Path.GetFullPath(path);
        if (Directory.Exists(_path))
        {
            throw new IOException($"{_path} is a folder; give a file's name");
        }

        string folder = Path.GetDirectoryName(_path)!;
        if (!Directory.Exists(folder))
        {
            throw new IOException($"there is no folder {folder}; make it, or give another path");
        }

        _staged = $"{_path}.partial-{Environment.ProcessId}";
        MakePrivate();
        _file = _disk.Create(_staged);
    }

    /// <summary>Bytes taken so far.</summary>
    public long Bytes { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    /// <exception cref="IOException">No space, or the disk failed.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _file.Write(bytes, Bytes);
        Bytes += bytes.Length;
    }

    /// <summary>Makes it durable, verifies what the disk gives back, and gives it its name.</summary>
    /// <exception cref="SavedSnapshotException">What came is no whole snapshot; the message has the passing name.</exception>
    /// <exception cref="IOException">No space, or the disk failed.</exception>
    public void Commit()
    {
        _file.Sync();
        _file.ForgetCache();
        SavedSnapshot.Verify(_staged);
        _disk.Rename(_staged, _path);
        _gone = true;
        _disk.SyncFolder(Path.GetDirectoryName(_path)!);
    }

    /// <summary>
    /// Makes it empty, and closed to others from its first moment: whoever could open it then, or has an older file of that name
    /// open (a killed save's, where process ids repeat), would read all that is written later.
    /// </summary>
    private void MakePrivate()
    {
        _disk.Delete(_staged);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        File.Open(_staged, options).Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        if (!_gone)
        {
            _gone = true;
            _disk.Delete(_staged);
        }
    }
}
