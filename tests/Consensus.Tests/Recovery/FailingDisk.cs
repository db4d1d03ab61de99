using System.Diagnostics.CodeAnalysis;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Tests.Recovery;

/// <summary>The real disk, on which one rename and all that come after it fail, as if the process had died right before it.</summary>
/// <param name="failing">Which rename, from 1.</param>
internal sealed class FailingDisk(int failing) : IDisk
{
    private readonly LibcDisk _disk = new(new RefusedEnd());

    /// <summary>Renames that were asked for.</summary>
    public int Renames { get; private set; }

    public IDiskFile Open(string path) => _disk.Open(path);

    public IDiskFile Create(string path) => _disk.Create(path);

    public bool Exists(string path) => _disk.Exists(path);

    public IReadOnlyList<string> Files(string folder) => _disk.Files(folder);

    public void CreateFolder(string path) => _disk.CreateFolder(path);

    public void Rename(string from, string to)
    {
        if (++Renames >= failing)
        {
            throw new IOException($"rename {Renames} failed");
        }

        _disk.Rename(from, to);
    }

    public void Delete(string path) => _disk.Delete(path);

    public void SyncFolder(string path) => _disk.SyncFolder(path);

    [DoesNotReturn]
    public void End(string path, string action, Exception cause) => _disk.End(path, action, cause);
}
