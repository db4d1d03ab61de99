using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using StateServer.Consensus.Log.Native;

namespace StateServer.Consensus.Rehearsal;

/// <summary>
/// A disk in memory, gone with the rehearsal. On the real one a rehearsal would meet its faults, and a failed sync ends the process.
/// Thread-safe.
/// </summary>
internal sealed class RehearsedDisk : IDisk
{
    private readonly ConcurrentDictionary<string, RehearsedFile> _files = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public IDiskFile Open(string path) => _files.TryGetValue(path, out var file) ? file : throw new FileNotFoundException($"{path} is not there", path);

    /// <inheritdoc/>
    public IDiskFile Create(string path) => _files[path] = new(path);

    /// <inheritdoc/>
    public bool Exists(string path) => _files.ContainsKey(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> Files(string folder)
        => [.. _files.Keys.Where(path => Path.GetDirectoryName(path) == folder).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    /// <inheritdoc/>
    public void CreateFolder(string path)
    {
        // A folder is where its files are.
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        if (!_files.TryRemove(from, out var file))
        {
            throw new FileNotFoundException($"{from} is not there", from);
        }

        _files[to] = file;
    }

    /// <inheritdoc/>
    public void Delete(string path) => _files.TryRemove(path, out _);

    /// <inheritdoc/>
    public void SyncFolder(string path)
    {
        // Nothing of it is ever made durable.
    }

    /// <inheritdoc/>
    [DoesNotReturn]
    public void End(string path, string action, Exception cause) => throw new IOException($"{action} of {path} failed: {cause.Message}", cause);
}
